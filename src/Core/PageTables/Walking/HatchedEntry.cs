using System.Diagnostics;

namespace Fast.PageTables;

/// <summary>Decodes one entry as a format with a hatch does: first by its declaration, then by its own code.</summary>
/// <param name="level">Level of the table that holds it.</param>
/// <param name="slot">Of a dual entry 0 or 1; in the last tables below dual entries 0 in the one of larger pages, 1 in the other. Elsewhere 0.</param>
/// <param name="raw">The entry.</param>
/// <param name="entry">Before: as the entry above left it. After: what the entry is.</param>
public delegate void HatchedDecoder(int level, int slot, ulong raw, ref HatchedEntry entry);

/// <summary>
/// One entry on its way through a format's own <c>DecodeEntry</c>: filled in by the declaration, then changed by the method. One value lives through a whole
/// walk, so what the method puts into <see cref="Carried"/> at one level it finds at the next.
/// </summary>
public record struct HatchedEntry
{
    /// <summary>What the entry is.</summary>
    public EntryKind Kind { readonly get; private set; }

    /// <summary>What the walk reports if it ends here without a leaf.</summary>
    public WalkStatus Status { readonly get; private set; }

    /// <summary>
    /// Of a leaf: its output address; bits below the leaf's size do not count. Of a table: what the memory is asked for, so bits above the physical ones may tell
    /// one kind of memory from another.
    /// </summary>
    public ulong Address { readonly get; set; }

    /// <summary>What a leaf allows.</summary>
    public Permissions Permissions { readonly get; set; }

    /// <summary>
    /// Whatever the format takes from level to level, 0 at the root. A cursor, which remembers the last table, does not keep it: translation may not depend on it.
    /// </summary>
    public ulong Carried { readonly get; set; }

    /// <summary>The entry is a leaf. At a level that has none the walk reports the format's <c>KindFault</c>.</summary>
    public void SetLeaf(ulong address, Permissions permissions)
    {
        (Kind, Status) = (EntryKind.Leaf, WalkStatus.Leaf);
        (Address, Permissions) = (address, permissions);
    }

    /// <summary>The entry points to a table. At a level that has none the walk reports the format's <c>KindFault</c>.</summary>
    public void SetTable(ulong address)
    {
        (Kind, Status) = (EntryKind.Table, WalkStatus.NotPresent);
        Address = address;
    }

    /// <summary>The walk ends here without a leaf.</summary>
    public void End(WalkStatus status)
    {
        Debug.Assert(status != WalkStatus.Leaf, "a leaf needs an address");
        (Kind, Status) = (status == WalkStatus.NotPresent ? EntryKind.NotPresent : EntryKind.Fault, status);
    }
}
