using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Memory as a guest sees it: each table that a stage-1 walk asks for is found by a careful walk of stage 2, which must allow it to be read. So every
/// operation on stage-1 tables runs over tables of a guest; emitted two-stage walks are made of it.
/// </summary>
/// <typeparam name="TSecond">The format of stage 2.</typeparam>
/// <typeparam name="TMemory">Host memory.</typeparam>
public readonly ref struct GuestTables<TSecond, TMemory> : ITableMemory
    where TSecond : struct, IWalkFormat
    where TMemory : ITableMemory, allows ref struct
{
    private readonly TMemory _memory;
    private readonly ulong _root;
    private readonly ref GuestAccess _access;

    /// <summary>Guest-physical memory by the stage-2 tables at <paramref name="root"/>.</summary>
    /// <param name="memory">Host memory.</param>
    /// <param name="root">Root word of stage 2: a host-physical address.</param>
    /// <param name="access">Receives how the last table was found, or why not.</param>
    public GuestTables(TMemory memory, ulong root, ref GuestAccess access)
    {
        _memory = memory;
        _root = root;
        _access = ref access;
    }

    /// <inheritdoc/>
    static bool ITableMemory.AlwaysBacked => false;

    /// <inheritdoc/>
    /// <remarks>A table that is larger than a page of stage 2 must be contiguous in host memory; otherwise it counts as not backed.</remarks>
    public ref byte Table(ulong address, nuint bytes)
    {
        var second = TSecond.Walk(_memory, _root, new Iova(address));
        _access = new GuestAccess(new PhysicalAddress(address), second, IsScattered: false);
        if (!_access.IsReadable) return ref Unsafe.NullRef<byte>();
        var host = (second.Leaf.Pfn.Value << Pfn.Shift) | (address & 0xFFF);
        // The rest of the leaf may be less than the table.
        var rest = second.Leaf.Size.Bytes - (address & second.Leaf.Size.OffsetMask);
        for (var found = rest; found < bytes; found += rest)
        {
            var next = TSecond.Walk(_memory, _root, new Iova(address + found));
            if (!next.IsLeaf || (next.Leaf.Permissions & Permissions.Read) == 0 || next.Leaf.Pfn.Value << Pfn.Shift != host + found)
            {
                _access = _access with { IsScattered = true };
                return ref Unsafe.NullRef<byte>();
            }

            rest = next.Leaf.Size.Bytes - ((address + found) & next.Leaf.Size.OffsetMask);
        }

        return ref _memory.Table(host, bytes);
    }
}

/// <summary>How stage 2 found the last table of stage 1, or why it did not.</summary>
/// <param name="Address">Guest-physical address of the table, in bytes.</param>
/// <param name="Second">The walk of stage 2.</param>
/// <param name="IsScattered">The table is larger than a page of stage 2, and its pages do not follow each other in host memory.</param>
public readonly record struct GuestAccess(PhysicalAddress Address, WalkResult Second, bool IsScattered)
{
    /// <summary>Whether stage 2 translates the table's address and lets it be read.</summary>
    public bool IsReadable => Second.IsLeaf && (Second.Leaf.Permissions & Permissions.Read) != 0;
}
