using Fast.PageTables;

namespace Fast.Linux;

/// <summary>What a lookup in a pfnmap yields (<c>follow_pfnmap_args</c>).</summary>
/// <param name="Pfn">Frame of the exact page asked for.</param>
/// <param name="PageMask">Mask of the leaf; without patch 4 always that of a 4 KiB page.</param>
/// <param name="IsWritable">Whether the leaf allows writes.</param>
public readonly record struct PfnmapEntry(Pfn Pfn, ulong PageMask, bool IsWritable);
