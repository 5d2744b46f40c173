namespace Fast.PageTables.Tests.Hatch.Xen;

/// <summary>Walks and lookups of a p2m in small complete tables. Each case tells what is wrong, or nothing.</summary>
internal static class XenWalks
{
    private const ulong Frame = 0x12_4000_0000;

    public static IEnumerable<(string Name, Func<XenSubject, string?> Run)> All =>
    [
        ("geometry and fields", Geometry),
        ("types and accesses have Xen's numbers and rights", Names),
        ("every type under every access at every size", Types),
        ("a hole says how far it reaches", s => First(Enumerable.Range(0, 4).Select(level => Hole(s, level, 0)))),
        ("new tables are filled with bit 63", s => First(Enumerable.Range(0, 4).Select(level => s.IsEpt ? Hole(s, level, 1UL << 63) : null))),
        ("an entry of one bit", SingleBits),
        ("recalculation is inherited from every level", Inherited),
        ("memory type alone asks for no recalculation", MemoryTypeOnly),
        ("a middle entry that hardware refuses is passed", Passed),
        ("a large leaf whose address is not aligned", Misaligned),
        ("no large leaf at the top", Top),
        ("all address bits", Addresses),
        ("all input bits", Inputs),
        ("addresses beyond the format", s => new XenTables(s, 1UL << 48).Walk() == WalkResult.Ended(WalkStatus.BadInput, 4, 0) ? Same(0, "bad input", (XenP2mType.Invalid, 27), View(new XenTables(s, 1UL << 48).Lookup())) : "bad input"),
        ("a table that is not backed", NotBacked),
        ("the other bits of a leaf", OtherBits),
        ("a type without a frame in a present entry", PresentHole),
        ("marks", Marks),
    ];

    private static string? First(IEnumerable<string?> wrong) => wrong.FirstOrDefault(one => one != null);

    private static string? Same<T>(int level, string what, T expected, T found) =>
        EqualityComparer<T>.Default.Equals(expected, found) ? null : $"{what} at level {level}: expected {expected}, found {found}";

    private static (XenP2mType Type, int Order) View(XenP2mEntry entry) => (entry.Type, entry.Order);

    private static string? Geometry(XenSubject subject)
    {
        var facts = subject.Facts;
        return facts.Name != subject.Name ? "name"
            : !facts.Levels.Select(level => (level.Shift, level.Bits)).SequenceEqual([(12, 9), (21, 9), (30, 9), (39, 9)]) ? "levels"
            : !facts.LeafSizes.Select(size => size.Shift).SequenceEqual([12, 21, 30]) ? "leaf sizes"
            : facts.Segments.Single() != new AddressSegment(new BitField(51, 12), 12) ? "address"
            : facts.InputBits != 48 || facts.OutputBits != 52 || facts.SignExtends || !facts.IsHatched ? "widths"
            : null;
    }

    private static string? Names(XenSubject subject)
    {
        var tables = XenTypes.Tables;
        var types = tables.Types.Select(type => (type.Number, type.Name)).SequenceEqual(subject.Members(nameof(XenP2mType)));
        var accesses = tables.Accesses.Select(access => (access.Number, access.Name)).SequenceEqual(subject.Members(nameof(XenP2mAccess)));
        if (!types || !accesses) return "names";
        return First(Enumerable.Range(0, 70).SelectMany(type => Enumerable.Range(0, 16).Select(access =>
            subject.Derive(type, access) == ((Permissions)XenTypes.Derive(type, access), XenTypes.Derive(type, 7) != 0) ? null : $"rights of type {type}, access {access}")));
    }

    private static string? Types(XenSubject subject) => First(
        from level in Enumerable.Range(0, 3)
        from type in Enumerable.Range(0, subject.IsEpt ? 64 : 128)
        from access in Enumerable.Range(0, subject.IsEpt ? 16 : 1)
        select OfType(subject, level, type, subject.IsEpt ? access : 7));

    private static string? OfType(XenSubject subject, int level, int type, int access)
    {
        var entry = subject.Leaf(Frame, type, access, level);
        var tables = new XenTables(subject).With(level, entry);
        var (walk, lookup, size) = (tables.Walk(), tables.Lookup(), 12 + (9 * level));
        var rights = (Permissions)XenTypes.Derive(type, access);
        var hasFrame = XenTypes.Derive(type, 7) != 0;
        var mfn = new Pfn((Frame | (XenTables.Input & ((1UL << size) - 1))) >> 12);
        var expected = hasFrame
            ? WalkResult.AtLeaf(level, entry, new Leaf(mfn, new PageSize(size), rights))
            : WalkResult.Ended(WalkStatus.NotPresent, level, entry);
        return Same(level, $"walk of type {type}, access {access}", expected, walk) ?? Same(level, "lookup", new XenP2mEntry
        {
            Type = (XenP2mType)type,
            Access = subject.IsEpt ? (XenP2mAccess)access : null,
            Recalculate = false,
            Mfn = hasFrame ? mfn : null,
            Order = 9 * level,
            HardwareStatus = Hardware(tables, rights),
        }, lookup) ?? Same(level, "permissions", rights, lookup.Permissions);
    }

    /// <summary>What the hardware is to find for an entry with these rights: EPT refuses writes without reads.</summary>
    private static WalkStatus Hardware(XenTables tables, Permissions rights) => rights == Permissions.None ? WalkStatus.NotPresent
        : tables.Subject.IsEpt && (rights & Permissions.ReadWrite) == Permissions.Write ? WalkStatus.Misconfigured
        : WalkStatus.Leaf;

    private static string? Hole(XenSubject subject, int level, ulong entry)
    {
        var tables = new XenTables(subject).With(level, entry);
        return Same(level, "walk", WalkResult.Ended(WalkStatus.NotPresent, level, entry), tables.Walk()) ?? Same(level, "lookup", new XenP2mEntry
        {
            Type = XenP2mType.Invalid,
            Access = null,
            Recalculate = false,
            Mfn = null,
            Order = 9 * level,
            HardwareStatus = WalkStatus.NotPresent,
        }, tables.Lookup());
    }

    private static string? SingleBits(XenSubject subject) => First(
        from level in Enumerable.Range(0, 4)
        from bit in Enumerable.Range(0, 64)
        select OneBit(subject, level, 1UL << bit));

    /// <summary>An entry of one bit, by Xen's rules in plain words.</summary>
    private static string? OneBit(XenSubject subject, int level, ulong entry)
    {
        var walk = new XenTables(subject).With(level, entry).Walk();
        var isEpt = subject.IsEpt;
        var isPresent = isEpt ? (entry & 7) != 0 : (entry & 1) != 0;
        var isLeaf = level == 0 || (level < 3 && (entry & 0x80) != 0);
        var means = isEpt ? entry != 1UL << 63 : isPresent;
        var type = (int)(entry >> 52 & (isEpt ? 0x3FUL : 0x7F));
        var expected = isLeaf && means && XenTypes.Derive(type, 7) != 0 ? WalkStatus.Leaf : isLeaf || !isPresent ? WalkStatus.NotPresent : WalkStatus.NotBacked;
        return walk.Status == expected && walk.Level == level ? null : $"entry {entry:X} at level {level}: expected {expected}, found {walk}";
    }

    private static string? Inherited(XenSubject subject) => First(Enumerable.Range(0, 4).Select(level =>
    {
        var tables = new XenTables(subject).With(0, subject.Leaf(Frame, 0, 7, 0));
        if (tables.Lookup().Recalculate) return "recalculate without a mark";
        tables[level] = subject.Recalculate(tables[level]);
        var lookup = tables.Lookup();
        return Same(level, "recalculate", true, lookup.Recalculate) ?? Same(level, "type", (XenP2mType.RamReadWrite, 0), View(lookup))
            ?? Same(level, "hardware", subject.IsEpt ? WalkStatus.Misconfigured : WalkStatus.UserDenied, lookup.HardwareStatus)
            ?? Same(level, "frame", new Pfn(Frame >> 12), lookup.Mfn ?? default);
    }));

    private static string? MemoryTypeOnly(XenSubject subject)
    {
        if (subject.Name != "xen-p2m-ept") return null;
        var tables = new XenTables(subject).With(0, subject.Leaf(Frame, 0, 7, 0) | 0x38);
        return tables.Lookup() is { Recalculate: false, HardwareStatus: WalkStatus.Misconfigured, Mfn: not null } ? null : "memory type 7";
    }

    private static string? Passed(XenSubject subject)
    {
        var tables = new XenTables(subject).With(0, subject.Leaf(Frame, 2, 7, 0));
        for (var level = 1; level < 4; level++) tables[level] = subject.Recalculate(tables[level]);
        return tables.Walk() is { IsLeaf: true, Level: 0 } walk && walk.Leaf == new Leaf(new Pfn(Frame >> 12), PageSize.Size4K, Permissions.Read | Permissions.Execute) ? null : $"{tables.Walk()}";
    }

    private static string? Misaligned(XenSubject subject) => First(
        from level in Enumerable.Range(1, 2)
        from bit in Enumerable.Range(12, 9 * level)
        select Misaligned(subject, level, bit));

    private static string? Misaligned(XenSubject subject, int level, int bit)
    {
        var entry = subject.Leaf(Frame, 0, 7, level) | (1UL << bit);
        // Bit 12 of a large NPT leaf is part of its memory type.
        var expected = bit == 12 && !subject.IsEpt ? WalkStatus.Leaf : WalkStatus.Reserved;
        var tables = new XenTables(subject).With(level, entry);
        return Same(level, $"bit {bit}", expected, tables.Walk().Status) ?? Same(level, "type of a refused entry", expected == WalkStatus.Leaf ? XenP2mType.RamReadWrite : XenP2mType.Invalid, tables.Lookup().Type);
    }

    private static string? Top(XenSubject subject)
    {
        var tables = new XenTables(subject).With(0, subject.Leaf(Frame, 0, 7, 0));
        tables[3] |= 0x80;
        return tables.Walk() is { IsLeaf: true, Level: 0 } ? null : "bit 7 at level 3";
    }

    private static string? Addresses(XenSubject subject) => First(
        from level in Enumerable.Range(0, 3)
        from bit in Enumerable.Range(12 + (9 * level), 40 - (9 * level))
        let walk = new XenTables(subject, 0).With(level, subject.Leaf(1UL << bit, 0, 7, level)).Walk()
        select Same(level, $"address bit {bit}", new Pfn(1UL << (bit - 12)), walk.Leaf.Pfn))
        ?? First(Enumerable.Range(1, 3).SelectMany(level => Enumerable.Range(12, 40).Select(bit => Table(subject, level, 1UL << bit))));

    private static string? Table(XenSubject subject, int level, ulong address)
    {
        var tables = new XenTables(subject).With(level, subject.Pointer(address));
        var missing = tables.Walk();
        tables.Image.Add(address, 4096);
        return missing.Status == WalkStatus.NotBacked && tables.Walk().Status == WalkStatus.NotPresent ? null : $"table at {address:X}, level {level}";
    }

    private static string? Inputs(XenSubject subject) => First(Enumerable.Range(0, 48).Select(bit =>
    {
        var (at, mark) = (XenTables.Input ^ (1UL << bit), subject.Leaf(Frame, 0, 7, 0));
        var tables = new XenTables(subject).With(0, mark);
        var other = subject.Walk(tables.Image, XenTables.Root, at);
        return other.IsLeaf == bit < 12 ? null : $"input bit {bit}";
    }));

    private static string? NotBacked(XenSubject subject) => First(Enumerable.Range(1, 3).Select(level =>
    {
        var entry = subject.Pointer(0x6000_0000);
        var tables = new XenTables(subject).With(level, entry);
        var lookup = tables.Lookup();
        return Same(level, "walk", WalkResult.Ended(WalkStatus.NotBacked, level, entry), tables.Walk()) ?? Same(level, "type", XenP2mType.Invalid, lookup.Type)
            ?? Same(level, "hardware", WalkStatus.NotBacked, lookup.HardwareStatus);
    }));

    /// <summary>Bits that are neither address, type nor access leave a leaf what it is.</summary>
    private static string? OtherBits(XenSubject subject) => First(
        from level in Enumerable.Range(0, 3)
        from bit in subject.IsEpt ? new[] { 3, 4, 5, 6, 8, 9, 10, 11, 58, 63 } : [1, 2, 3, 4, 5, 6, 8, 9, 10, 11, 59, 60, 61, 62, 63]
        let entry = subject.Leaf(Frame, 0, 7, level) ^ (1UL << bit)
        let tables = new XenTables(subject).With(level, entry)
        let mark = subject.IsEpt ? bit == 10 : bit == 2
        select Same(level, $"bit {bit}", (true, Permissions.ReadWrite | Permissions.Execute), (tables.Walk().IsLeaf, tables.Walk().Leaf.Permissions))
            ?? Same(level, $"type with bit {bit}", (XenP2mType.RamReadWrite, mark), (tables.Lookup().Type, tables.Lookup().Recalculate)));

    /// <summary>A type without a frame is a hole even where the hardware would find something.</summary>
    private static string? PresentHole(XenSubject subject) => First(Enumerable.Range(0, 3).Select(level =>
    {
        var entry = (subject.Leaf(Frame, 0, 7, level) & ~(0x3FUL << 52)) | (6UL << 52);
        var tables = new XenTables(subject).With(level, entry);
        return Same(level, "walk", WalkResult.Ended(WalkStatus.NotPresent, level, entry), tables.Walk()) ?? Same(level, "lookup", (XenP2mType.PopulateOnDemand, 9 * level), View(tables.Lookup()));
    }));

    private static string? Marks(XenSubject subject)
    {
        if (!subject.IsEpt)
            return !subject.NeedsRecalculation(0) && !subject.NeedsRecalculation(5) && !subject.NeedsRecalculation(2) && subject.NeedsRecalculation(1) ? null : "NPT marks";
        var suppress = Enumerable.Range(0, 64).Where(bit => subject.SuppressesException(1UL << bit));
        var recalculate = Enumerable.Range(0, 64).Where(bit => subject.NeedsRecalculation(1UL << bit));
        return suppress.SequenceEqual([63]) && recalculate.SequenceEqual([10]) ? null : "EPT marks";
    }
}
