using Fast.PageTables;

namespace Fast.Linux;

/// <summary>Frames that follow each other.</summary>
/// <param name="First">The first.</param>
/// <param name="Pages">How many.</param>
public readonly record struct RamStretch(Pfn First, ulong Pages);
