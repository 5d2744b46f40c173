using Fast.Linux;

namespace Fast.Machines;

/// <summary>What pinning ordinary memory costs on one kernel, in instructions for each page of 4 KiB.</summary>
/// <param name="Kernel">The release.</param>
/// <param name="Kind">What the memory is made of.</param>
/// <param name="MapUntouched">A map of memory that nobody touched: it is allocated and zeroed on the way.</param>
/// <param name="MapTouched">A map of memory that is there.</param>
/// <param name="Unmap">The unmap.</param>
public sealed record RamCosts(KernelVersion Kernel, RamKind Kind, Figure MapUntouched, Figure MapTouched, Figure Unmap);
