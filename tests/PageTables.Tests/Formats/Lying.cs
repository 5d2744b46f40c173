namespace Fast.PageTables.Tests.Formats;

/// <summary>x86-64 with something wrong in what the generator would have emitted.</summary>
internal interface ILie
{
    static virtual WalkResult Walk(WalkResult walk) => walk;

    static virtual void Map(ref MapRequest request)
    {
    }

    static virtual ulong Leaf(ulong raw) => raw;
}

/// <summary>Says that every leaf may be written.</summary>
internal readonly struct WalkSaysWritable : ILie
{
    public static WalkResult Walk(WalkResult walk) => walk.IsLeaf ? WalkResult.AtLeaf(walk.Level, walk.Entry, walk.Leaf with { Permissions = walk.Leaf.Permissions | Permissions.Write }) : walk;
}

/// <summary>Forgets the last page of a map of more than one.</summary>
internal readonly struct MapForgetsTheEnd : ILie
{
    public static void Map(ref MapRequest request) => request.Last = request.Last - request.Input >= 0x2000 ? request.Last - 0x1000 : request.Last;
}

/// <summary>Never writes a large leaf.</summary>
internal readonly struct MapWritesSmallLeaves : ILie
{
    public static void Map(ref MapRequest request) => request.LargestShift = 12;
}

/// <summary>Encodes the next frame.</summary>
internal readonly struct LeafIsOneOff : ILie
{
    public static ulong Leaf(ulong raw) => raw + 0x1000;
}

/// <summary>Nothing is wrong.</summary>
internal readonly struct Truth : ILie;

/// <summary>The emitted code of x86-64, and what <typeparamref name="TLie"/> makes of it.</summary>
internal readonly struct Lying<TLie> : IMapFormat
    where TLie : struct, ILie
{
    public static FormatFacts Facts => X64L4.Facts;

    public static ulong AccessedMask => Emitted<X64L4>.AccessedMask;

    public static ulong DirtyMask => Emitted<X64L4>.DirtyMask;

    public static ulong DirtyModifier => Emitted<X64L4>.DirtyModifier;

    public static bool DirtyWhenClear => Emitted<X64L4>.DirtyWhenClear;

    public static ulong DirtySaved => Emitted<X64L4>.DirtySaved;

    public static ulong RightsMask => Emitted<X64L4>.RightsMask;

    public static ulong SoftwareMask => Emitted<X64L4>.SoftwareMask;

    public static bool TryEncode(Permissions permissions, out ulong bits) => Emitted<X64L4>.TryEncode(permissions, out bits);

    public static WalkResult Walk<TMemory>(in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct => TLie.Walk(X64L4.Walk(memory, root, input));

    public static bool Follow<TMemory>(in TMemory memory, ulong root, Iova input, out Leaf leaf)
        where TMemory : ITableMemory, allows ref struct => X64L4.Follow(memory, root, input, out leaf);

    public static PhysicalAddress Translate<TMemory>(in TMemory memory, ulong root, Iova input)
        where TMemory : ITableMemory, allows ref struct => X64L4.Translate(memory, root, input);

    public static bool FindLastTable<TMemory>(in TMemory memory, ulong root, Iova input, out ulong table)
        where TMemory : ITableMemory, allows ref struct => X64L4.FindLastTable(memory, root, input, out table);

    public static PhysicalAddress TranslateInLastTable<TMemory>(in TMemory memory, ulong table, Iova input)
        where TMemory : ITableMemory, allows ref struct => X64L4.TranslateInLastTable(memory, table, input);

    public static MapStatus GrowRoot(TableArena arena, ref ulong root, ulong last) => X64L4.GrowRoot(arena, ref root, last);

    public static MapStatus MapRange(ref MapRequest request, ulong root)
    {
        TLie.Map(ref request);
        return X64L4.MapRange(ref request, root);
    }

    public static bool Visit<TChange>(ref ChangeRequest request, ulong root)
        where TChange : struct, IRangeChange => X64L4.Visit<TChange>(ref request, root);

    public static bool TryEncodeLeaf(PageSize size, PhysicalAddress address, Permissions permissions, out ulong raw)
    {
        var can = X64L4.TryEncodeLeaf(size, address, permissions, out raw);
        raw = TLie.Leaf(raw);
        return can;
    }

    public static bool TryDecodeLeaf(PageSize size, ulong raw, out PhysicalAddress address, out Permissions permissions) =>
        X64L4.TryDecodeLeaf(size, raw, out address, out permissions);
}

/// <summary>What emitted code implements for the library's eyes only.</summary>
file static class Emitted<TFormat>
    where TFormat : struct, IMapFormat
{
    public static ulong AccessedMask => TFormat.AccessedMask;

    public static ulong DirtyMask => TFormat.DirtyMask;

    public static ulong DirtyModifier => TFormat.DirtyModifier;

    public static bool DirtyWhenClear => TFormat.DirtyWhenClear;

    public static ulong DirtySaved => TFormat.DirtySaved;

    public static ulong RightsMask => TFormat.RightsMask;

    public static ulong SoftwareMask => TFormat.SoftwareMask;

    public static bool TryEncode(Permissions permissions, out ulong bits) => TFormat.TryEncode(permissions, out bits);
}
