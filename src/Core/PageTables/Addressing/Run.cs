using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// A maximal stretch of translations that is contiguous in both addresses and equal in permissions. 24 bytes, no padding: a span of runs is
/// also the byte string that a digest reads.
/// </summary>
public readonly record struct Run
{
    private const int PermissionShift = 60;
    private const ulong PagesMask = (1UL << PermissionShift) - 1;
    private readonly ulong _pagesAndPermissions;

    /// <summary>A run of <paramref name="pages"/> 4 KiB pages.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Run(Iova start, Pfn pfn, ulong pages, Permissions permissions)
    {
        Start = start;
        Pfn = pfn;
        _pagesAndPermissions = pages | ((ulong)permissions << PermissionShift);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private Run(Iova start, Pfn pfn, ulong pagesAndPermissions)
    {
        Start = start;
        Pfn = pfn;
        _pagesAndPermissions = pagesAndPermissions;
    }

    /// <summary>First input address.</summary>
    public Iova Start { get; }

    /// <summary>Frame of the first page.</summary>
    public Pfn Pfn { get; }

    /// <summary>Length in 4 KiB pages; at most 2^52.</summary>
    public ulong Pages => _pagesAndPermissions & PagesMask;

    /// <summary>Length in bytes; 0 stands for 2^64.</summary>
    public ulong Bytes => Pages << Pfn.Shift;

    /// <summary>Last input address, inclusive.</summary>
    public Iova Last => new(unchecked(Start.Value + (Bytes - 1)));

    /// <summary>What the translations allow.</summary>
    public Permissions Permissions => (Permissions)(_pagesAndPermissions >> PermissionShift);

    /// <summary>Permissions as <see cref="Of"/> takes them: ready to be combined with a length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Pack(Permissions permissions) => (ulong)permissions << PermissionShift;

    /// <summary>A run whose permissions are packed already: a scanner packs them once for many runs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Run Of(ulong start, ulong pfn, ulong pages, ulong packedPermissions) => new(new Iova(start), new Pfn(pfn), pages | packedPermissions);

    /// <summary>The same run, <paramref name="pages"/> pages longer.</summary>
    internal Run Extended(ulong pages) => new(Start, Pfn, Pages + pages, Permissions);

    /// <summary>Whether <paramref name="next"/>, which follows in input address, goes on where this run ends.</summary>
    internal bool IsContinuedBy(in Run next) => Pfn + Pages == next.Pfn && Permissions == next.Permissions;

    /// <summary><c>0x…: pfn 0x… x pages RW</c>.</summary>
    public override string ToString() => $"{Start}: {Pfn} x {Pages} {Permissions}";
}
