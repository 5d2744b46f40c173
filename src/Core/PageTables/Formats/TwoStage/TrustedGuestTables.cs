using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// As <see cref="GuestTables{TSecond, TMemory}"/>, for stage-2 tables that trusted code wrote: one look-up per table, no reserved-bit check, no record of
/// what went wrong.
/// </summary>
/// <typeparam name="TSecond">The format of stage 2.</typeparam>
/// <typeparam name="TMemory">Host memory.</typeparam>
public readonly ref struct TrustedGuestTables<TSecond, TMemory> : ITableMemory
    where TSecond : struct, IWalkFormat
    where TMemory : ITableMemory, allows ref struct
{
    private readonly TMemory _memory;
    private readonly ulong _root;

    /// <summary>Guest-physical memory by the stage-2 tables at <paramref name="root"/>.</summary>
    /// <param name="memory">Host memory.</param>
    /// <param name="root">Root word of stage 2: a host-physical address.</param>
    public TrustedGuestTables(TMemory memory, ulong root)
    {
        _memory = memory;
        _root = root;
    }

    /// <inheritdoc/>
    static bool ITableMemory.AlwaysBacked => false;

    /// <inheritdoc/>
    /// <remarks>A table that is larger than a page of stage 2 must be contiguous in host memory; otherwise it counts as not backed.</remarks>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref byte Table(ulong address, nuint bytes)
    {
        if (!TryFind(address, out var host, out var rest)) return ref Unsafe.NullRef<byte>();
        if (rest < bytes && !IsContiguous(address, host, rest, bytes)) return ref Unsafe.NullRef<byte>();
        return ref _memory.Table(host, bytes);
    }

    /// <summary>One copy of the walk of stage 2, whatever the number of levels of stage 1.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private bool TryFind(ulong address, out ulong host, out ulong rest)
    {
        var found = TSecond.Follow(_memory, _root, new Iova(address), out var leaf) && (leaf.Permissions & Permissions.Read) != 0;
        host = (leaf.Pfn.Value << Pfn.Shift) | (address & 0xFFF);
        rest = leaf.Size.Bytes - (address & leaf.Size.OffsetMask);
        return found;
    }

    private bool IsContiguous(ulong address, ulong host, ulong found, nuint bytes)
    {
        while (found < bytes)
        {
            if (!TryFind(address + found, out var next, out var rest) || next != host + found) return false;
            found += rest;
        }

        return true;
    }
}
