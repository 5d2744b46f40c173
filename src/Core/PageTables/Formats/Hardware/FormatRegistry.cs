using Fast.PageTables;

[assembly: FormatRegistry("Hardware")]
