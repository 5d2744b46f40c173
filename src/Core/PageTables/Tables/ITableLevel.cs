using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>One level of a format as constants and single-entry functions, implemented by emitted code, so that what the library does with items is specialised per level.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ITableLevel : IItemWidth
{
    /// <summary>The level; 0 is the last table.</summary>
    static abstract int Level { get; }

    /// <summary>log2 of what one item maps, in bytes.</summary>
    static abstract int Shift { get; }

    /// <summary>Width of the index: a table has 2^Bits items.</summary>
    static abstract int Bits { get; }

    /// <summary>Whether an item may be a leaf.</summary>
    static abstract bool CanLeaf { get; }

    /// <summary>Whether an item is present.</summary>
    static abstract bool IsPresent(ulong item);

    /// <summary>Whether an item is present and a leaf.</summary>
    static virtual bool IsLeaf(ulong item) => false;

    /// <summary>log2 of the size of the leaf that a leaf item is or belongs to.</summary>
    static virtual int ShiftOf(ulong leaf) => 0;

    /// <summary>Output address of an input address through a leaf item.</summary>
    static virtual ulong AddressOf(ulong leaf, ulong input) => 0;

    /// <summary>What a leaf says beside its address, size and kind, as level 0 would say it: fields that stand elsewhere on this level are moved.</summary>
    static virtual ulong AttributesOf(ulong leaf) => 0;

    /// <summary>The opposite of <see cref="AttributesOf"/>: attributes where this level has them, with what makes a leaf of this level.</summary>
    static virtual ulong Place(ulong attributes) => attributes;

    /// <summary>The word of the first item of a leaf of 2^<paramref name="lg2"/> items.</summary>
    /// <param name="bits">Everything but address and size.</param>
    /// <param name="address">Output address of the leaf.</param>
    /// <param name="lg2">log2 of the items that the leaf takes; 0, or what the level allows.</param>
    static virtual ulong Word(ulong bits, ulong address, int lg2) => 0;

    /// <summary>Constant bits of a leaf: what makes it one, and what the declaration adds.</summary>
    static virtual ulong LeafValue => 0;

    /// <summary>Bits in which neighbouring leaves of one run may differ by nothing but <see cref="Step"/>.</summary>
    static virtual ulong CompareMask => 0;

    /// <summary>What an entry grows by from one contiguous item to the next.</summary>
    static virtual ulong Step => 0;

    /// <summary>What an entry grows by from one item to the next within a leaf of several items; 0 where all hold the same word.</summary>
    static virtual ulong RunStep => 0;

    /// <summary>log2 of the fewest items of a leaf of several items.</summary>
    static virtual int MinLg2 => 0;

    /// <summary>log2 of the most items of a leaf; 0 when every leaf takes one.</summary>
    static virtual int MaxLg2 => 0;

    /// <summary>log2 of a size in bytes that hardware gets wrong and that is not written, or 0.</summary>
    static virtual int ExceptShift => 0;

    /// <summary>The entry that points to the table at an address.</summary>
    static virtual ulong Link(ulong table) => 0;

    /// <summary>Address of the table that an entry points to.</summary>
    static virtual ulong TableOf(ulong link) => 0;

    /// <summary>Whether an entry that points to a table points to one of the next lower level; where the entry itself names a level, it may name another one.</summary>
    static virtual bool IsLink(ulong item) => true;

    /// <summary>Whether each access to an item calls <see cref="TableHooks.Before"/> first: <c>FastPageTablesTestHooks</c> of the project that declares the format.</summary>
    static virtual bool Hooks => false;
}
