namespace Fast.PageTables.Testing;

/// <summary>Checks of one format; the constraints of the class that implements it say which formats can have them.</summary>
internal interface IFormatChecks
{
    /// <summary>Each check, and what is so when it passes.</summary>
    IEnumerable<(string Name, Action Test)> All { get; }
}

/// <summary>Checks of a format whose facts alone do not decode its entries.</summary>
internal interface IHatchedChecks : IFormatChecks;
