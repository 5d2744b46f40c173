using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>The tables of one <see cref="TableArena"/>: an addition, no check.</summary>
public readonly struct ArenaMemory : ITableMemory
{
    private readonly nint _origin;

    internal ArenaMemory(nint origin) => _origin = origin;

    /// <inheritdoc/>
    public static bool AlwaysBacked => true;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte Table(ulong address, nuint bytes) => ref TableArena.Byte(_origin, address);
}
