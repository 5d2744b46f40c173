namespace Fast.PageTables;

/// <summary>A process's x86-64 table into a VT-d second-stage table: VFIO type1 on an Intel host.</summary>
[BatchPin(typeof(X64L4), typeof(VtdSs4))]
public partial struct X64L4ToVtdSs4;
