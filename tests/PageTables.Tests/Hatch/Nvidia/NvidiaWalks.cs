namespace Fast.PageTables.Tests.Hatch.Nvidia;

/// <summary>Walks through small complete tables. Each case tells what is wrong, or nothing; so they can be run with declarations that are wrong on purpose.</summary>
internal static class NvidiaWalks
{
    private const ulong Frame = 0x8_1234_5000;
    private const ulong SystemMemory = 1UL << 63;

    public static IEnumerable<(string Name, Func<NvidiaSubject, string?> Run)> All =>
    [
        ("geometry", Geometry),
        ("a 4 KiB page", s => Chain(s).WithPair(big: false).With(small: s.Pte(Frame)).Wrong($"leaf OA 0x{Frame | 0x345:X}, 2^12, RWAU, VID", 0, s.Pte(Frame))),
        ("a 64 KiB page", s => Chain(s).WithPair(small: false).With(big: s.Pte(Frame)).Wrong($"leaf OA 0x{(Frame & ~0xFFFFUL) | 0x2345:X}, 2^16, RWAU, VID", 0, s.Pte(Frame))),
        ("both tables valid: the big page is taken", s => Chain(s).WithPair().With(s.Pte(0x10_0000), s.Pte(Frame)).Wrong("leaf OA 0x102345, 2^16", 0)),
        ("big invalid, small valid: the small page", s => Chain(s).WithPair().With(small: s.Pte(Frame)).Wrong($"leaf OA 0x{Frame | 0x345:X}, 2^12", 0)),
        ("big valid, small invalid: the big page", s => Chain(s).WithPair().With(big: s.Pte(0x10_0000)).Wrong("leaf OA 0x102345, 2^16", 0)),
        ("big invalid with everything else set: the small page", s => Chain(s).WithPair().With(6, s.Pte(Frame)).Wrong($"leaf OA 0x{Frame | 0x345:X}, 2^12", 0)),
        ("neither valid", s => Chain(s).WithPair().Wrong("NotPresent", 0, 0)),
        ("neither valid, the small entry is reported", s => Chain(s).WithPair().With(2, 4).Wrong("NotPresent", 0, 4)),
        ("no small table, the big entry is reported", s => Chain(s).WithPair(small: false).With(big: 4).Wrong("NotPresent", 0, 4)),
        ("no 4 KiB pages hides a valid one", s => Chain(s).WithPair().With(s.NoSmallPages, s.Pte(Frame)).Wrong("NoSmallPages", 0, s.NoSmallPages)),
        ("no 4 KiB pages means nothing in a 4 KiB entry", s => Chain(s).WithPair().With(0, s.NoSmallPages).Wrong("NotPresent", 0, s.NoSmallPages)),
        ("a sparse 64 KiB entry hides a valid 4 KiB page", s => Chain(s).WithPair().With(s.Sparse, s.Pte(Frame)).Wrong("Sparse", 0, s.Sparse)),
        ("a sparse 4 KiB entry", s => Chain(s).WithPair().With(0, s.Sparse).Wrong("Sparse", 0, s.Sparse)),
        ("sparse and no 4 KiB pages at once", s => Chain(s).WithPair().With(s.Sparse | s.NoSmallPages, s.Pte(Frame)).WrongByTwin()),
        ("a sparse dual entry", s => Dual(s, s.Sparse, 0).Wrong("Sparse", 1, s.Sparse)),
        ("a dual entry is not sparse by its high word", s => Dual(s, 0, s.Sparse).Wrong("NotPresent", 1, 0)),
        ("a dual entry with a table is not sparse", SparseBesideTable),
        ("sparse directories", s => Directories(s, s.Sparse, "Sparse")),
        ("absent directories", s => Directories(s, 0x30, "NotPresent")),
        ("codes of invalid entries", Codes),
        ("4 KiB and 64 KiB pages in one 2 MiB", Mixed),
        ("large leaves", LargeLeaves),
        ("leaves where there are none", s => Enumerable.Range(1, s.Top).Select(level => NoLeaf(s, level)).FirstOrDefault(wrong => wrong != null)),
        ("each memory's address field in a leaf", LeafFields),
        ("each bit of a leaf", LeafBits),
        ("each memory's address field in a pointer", PointerFields),
        ("what is no pointer", NoPointer),
        ("tables in system memory", SystemTables),
        ("each table has its size and no more", Backing),
        ("each bit of the address", InputBits),
        ("addresses beyond the format", s => Chain(s).Wrong("BadInput", s.Top + 1, 0, 1UL << s.Twin.InputBits) ?? Chain(s).Wrong("BadInput", s.Top + 1, 0, ulong.MaxValue)),
    ];

    private static NvidiaTables Chain(NvidiaSubject subject) => new(subject, NvidiaTables.SomeInput(subject));

    private static NvidiaTables Dual(NvidiaSubject subject, ulong low, ulong high) => new(subject, NvidiaTables.SomeInput(subject)) { Pair = (low, high) };

    private static string? First(IEnumerable<string?> wrong) => wrong.FirstOrDefault(one => one != null);

    private static string? Geometry(NvidiaSubject subject)
    {
        var (facts, twin) = (subject.Facts, subject.Twin);
        var directories = facts.Levels.Skip(1).Reverse().Select(level => (level.Shift, level.Bits));
        var sizes = facts.LeafSizes.Select(size => size.Shift);
        var expectedSizes = subject.Version == 2 ? new[] { 12, 16, 21, 29 } : [12, 16, 21, 29, 38];
        return facts.Name != subject.Name ? "name"
            : !directories.SequenceEqual(twin.Directories) ? "directories"
            : (facts.Levels[0].Shift, facts.Levels[0].Bits, facts.Levels[0].TableBytes) != (12, 9, 4096) ? "4 KiB table"
            : (facts.BigTable?.Shift, facts.BigTable?.Bits, facts.BigTable?.TableBytes) != (16, 5, 256) ? "64 KiB table"
            : !facts.Levels.Select(level => level.Slots).SequenceEqual(Enumerable.Range(0, subject.Top + 1).Select(level => level == 1 ? 2 : 1)) ? "slots"
            : facts.Levels[1].TableBytes != 4096 ? "PDE0 table"
            : !sizes.SequenceEqual(expectedSizes) ? "leaf sizes"
            : facts.Segments.Single() != new AddressSegment(subject.Version == 2 ? new BitField(53, 8) : new BitField(51, 12), 12) ? "address"
            : facts.OutputBits != (subject.Version == 2 ? 58 : 52) || facts.InputBits != twin.InputBits || facts.SignExtends || !facts.IsHatched ? "widths"
            : facts.Levels.Single(level => level.LeafRequires != null) is var some && (some.Shift, some.LeafRequires) != (subject.Version == 2 ? (29, "512m") : (38, "256g")) ? "features"
            : FieldsWrong(subject);
    }

    /// <summary>Each named field of a leaf is where the published header has it.</summary>
    private static string? FieldsWrong(NvidiaSubject subject)
    {
        var expected = subject.Version == 2
            ? new[] { ("VOL", 3, 3), ("ENCRYPTED", 4, 4), ("ATOMIC_DISABLE", 7, 7), ("KIND", 63, 56) }
            : [("UNCACHED", 3, 3), ("NO_ATOMIC", 6, 6), ("ACD", 7, 7), ("KIND", 11, 8), ("PEER_ID", 63, 61)];
        var found = subject.Facts.Fields.Select(field => (field.Name, field.Field.Hi, field.Field.Lo));
        return found.SequenceEqual(expected) && subject.Facts.Fields[0].Kinds == EntryKinds.Any ? null : "fields";
    }

    private static string? SparseBesideTable(NvidiaSubject subject)
    {
        var tables = Chain(subject).WithPair(big: false).With(small: subject.Pte(Frame));
        tables.Pair = (subject.Sparse, tables.Pair.High);
        return tables.Wrong($"leaf OA 0x{Frame | 0x345:X}, 2^12", 0);
    }

    private static string? Directories(NvidiaSubject subject, ulong entry, string expected) => First(Enumerable.Range(2, subject.Top - 1).Select(level =>
    {
        var tables = Chain(subject);
        tables.Image[tables.Slot(level)] = entry;
        return tables.Wrong(expected, level, entry);
    }));

    private static string? Codes(NvidiaSubject subject) => First(Enumerable.Range(0, 128).SelectMany(code => new[]
    {
        Chain(subject).WithPair().With((ulong)code << 1, subject.Pte(Frame)).WrongByTwin(),
        Chain(subject).WithPair().With(0, (ulong)code << 1).WrongByTwin(),
        Chain(subject).WithPair().With(((ulong)code << 1) | ~0xFFUL, subject.Pte(Frame)).WrongByTwin(),
    }));

    private static string? Mixed(NvidiaSubject subject)
    {
        var tables = Chain(subject).WithPair();
        var start = tables.Input & ~0x1F_FFFFUL;
        for (var page = 0UL; page < 512; page++)
        {
            var input = start + (page << 12);
            if (page % 48 < 32) tables.With(small: subject.Pte(0x1_0000_0000 + (page << 13)), input: input);
            if (page % 80 == 0) tables.With(big: subject.Pte(0x2_0000_0000 + (page << 12)), input: input);
        }

        return First(Enumerable.Range(0, 512).Select(page => tables.WrongByTwin(start + ((ulong)page << 12) + 0x678)))
            ?? (Enumerable.Range(0, 512).Select(page => tables.Walk(start + ((ulong)page << 12)).Text).Distinct().Count() > 100 ? null : "too few kinds of outcome");
    }

    private static string? LargeLeaves(NvidiaSubject subject) => First(Enumerable.Range(1, subject.Version == 2 ? 2 : 3).SelectMany(level => Enumerable.Range(0, 4).Select(aperture =>
    {
        var tables = Chain(subject);
        var shift = subject.Level(level).Shift;
        var entry = subject.Pte(0x1F_FFFF_FFFF_F000 >> 8, (ulong)aperture);
        tables.Image[tables.Slot(level)] = entry;
        return tables.Wrong("leaf", level, entry) ?? (tables.Walk().Text.Contains($", 2^{shift},", StringComparison.Ordinal) ? null : $"size at level {level}");
    })));

    private static string? NoLeaf(NvidiaSubject subject, int level)
    {
        var tables = Chain(subject);
        if (level == 1)
        {
            // Only the low word makes a leaf; bit 0 of the high one means nothing.
            tables.Pair = (0, 1);
            return tables.Wrong("NotPresent", 1, 0);
        }

        var expected = level <= (subject.Version == 2 ? 2 : 3) ? "leaf" : "Reserved";
        return First(Enumerable.Range(0, 4).Select(aperture =>
        {
            tables.Image[tables.Slot(level)] = subject.Pte(Frame, (ulong)aperture);
            return tables.Wrong(expected, level);
        }));
    }

    private static string? LeafFields(NvidiaSubject subject) => First(Enumerable.Range(0, 4).SelectMany(aperture => Enumerable.Range(3, 61).SelectMany(bit => new[]
    {
        Chain(subject).WithPair(big: false).With(small: 1 | ((ulong)aperture << 1) | (1UL << bit)).WrongByTwin(),
        Chain(subject).WithPair(small: false).With(big: 1 | ((ulong)aperture << 1) | (1UL << bit)).WrongByTwin(),
    })));

    private static string? LeafBits(NvidiaSubject subject) => First(Enumerable.Range(0, 64).Select(bit =>
        Chain(subject).WithPair(big: false).With(small: ulong.MaxValue ^ (1UL << bit)).WrongByTwin()));

    private static string? PointerFields(NvidiaSubject subject) => First(
        from level in Enumerable.Range(1, subject.Top)
        from slot in Enumerable.Range(0, level == 1 ? 2 : 1)
        from aperture in Enumerable.Range(1, 3)
        from bit in Enumerable.Range(-1, 65)
        where bit is not (0 or 1 or 2)
        select PointerField(subject, level, slot, (ulong)aperture << 1 | (bit < 0 ? ~7UL : 1UL << bit)));

    /// <summary>The decoded pointer against the twin's fields: the table is put where the pointer says, and the twin must find it there too.</summary>
    private static string? PointerField(NvidiaSubject subject, int level, int slot, ulong entry)
    {
        var tables = Chain(subject);
        if (level == 1) tables.Pair = slot == 0 ? (entry, 0) : (0, entry);
        else tables.Image[tables.Slot(level)] = entry;
        if (subject.TableOf(level, slot, entry) is not { } pointer) return $"no pointer in {entry:X} at level {level}";
        var aperture = pointer.Aperture switch { NvidiaAperture.VideoMemory => 1UL, NvidiaAperture.SystemCoherent => 2UL, NvidiaAperture.SystemNonCoherent => 3UL, _ => 0UL };
        if (aperture != (entry >> 1 & 3)) return $"aperture of {entry:X}";
        if (pointer.IsVolatile != ((entry & 8) != 0)) return $"volatile of {entry:X}";
        var noAts = subject.Version == 3 ? (entry & 16) != 0 : level != 1 && (entry & 32) != 0;
        if (pointer.AllowsAts == noAts) return $"ATS of {entry:X} at level {level}";
        var wrong = tables.WrongByTwin();
        tables.Image.Add(pointer.Address.Value + (aperture == 1 ? 0 : SystemMemory), level == 1 ? slot == 0 ? 256 : 4096 : 8 * (level == 2 ? 2 : 1) << subject.Level(level - 1).Bits);
        return wrong ?? tables.WrongByTwin() ?? (tables.Walk().Text == "NotBacked" ? $"{pointer} is not where the walk goes" : null);
    }

    private static string? NoPointer(NvidiaSubject subject) => First(
        from level in Enumerable.Range(0, subject.Top + 1)
        from slot in Enumerable.Range(0, 2)
        from aperture in Enumerable.Range(0, 4)
        from leaf in new[] { 0UL, 1UL }
        let isPointer = level > 0 && aperture > 0 && (leaf == 0 || (level == 1 && slot == 1))
        let found = subject.TableOf(level, slot, subject.Pde(Frame, (ulong)aperture) | leaf)
        select found != null == isPointer ? null : $"aperture {aperture}, bit 0 = {leaf}, at level {level}, slot {slot}: {found}");

    private static string? SystemTables(NvidiaSubject subject) => First(Enumerable.Range(2, 2).SelectMany(aperture => Enumerable.Range(1, subject.Top).Select(level =>
    {
        // The same address in both memories, with another content in each.
        var tables = Chain(subject).WithPair().With(big: subject.Pte(Frame), small: subject.Pte(Frame));
        if (level == 1)
        {
            var (table, bytes) = aperture == 2 ? (NvidiaTables.Big, 256) : (NvidiaTables.Small, 4096);
            tables.Image.Add(SystemMemory + table, bytes);
            tables.Pair = aperture == 2 ? (subject.Pde(table, 2), 0) : (0, subject.Pde(table, 3));
        }
        else
        {
            tables.Image.Add(SystemMemory + tables.Table(level - 1), 8 * (level == 2 ? 2 : 1) << subject.Level(level - 1).Bits);
            tables.Image[tables.Slot(level)] = subject.Pde(tables.Table(level - 1), (ulong)aperture);
        }

        return tables.Wrong("NotPresent", level - 1);
    })));

    private static string? Backing(NvidiaSubject subject) => First(Enumerable.Range(-1, subject.Top + 2).Select(level =>
    {
        var tables = Chain(subject).WithPair().With(small: subject.Pte(Frame));
        if (level > 0) tables.Image.Remove(tables.Table(level));
        else tables.Image.Remove(level == 0 ? NvidiaTables.Small : NvidiaTables.Big);
        return tables.Wrong("NotBacked", Math.Max(level, 0) + 1);
    }));

    private static string? InputBits(NvidiaSubject subject)
    {
        var tables = Chain(subject).WithPair().With(small: subject.Pte(Frame));
        return First(Enumerable.Range(0, 64).Select(bit => tables.WrongByTwin(tables.Input ^ (1UL << bit))));
    }
}
