using System.Globalization;

namespace Fast.PageTables.Testing;

/// <summary>
/// Layouts: what each bit of an entry is. A row has a sound entry and, for stretches of bits, what becomes of it when one of them is turned over:
/// <c>.</c> nothing; <c>=NAME</c> nothing, but the bit belongs to that field; <c>@n</c> address bit n, counted from the stretch's lowest; letters of
/// <c>RWXUE</c> (E: execute from user mode) these rights, <c>A</c> and <c>D</c> accessed and dirty; <c>-</c> no longer present; <c>T</c>, <c>L</c>, <c>^n</c>
/// a table, a leaf, a leaf of 2^n bytes; <c>!word</c> a fault.
/// A stretch <c>is</c> names the rights, accessed and dirty that the entry itself has, and no others.
/// </summary>
internal static class LayoutVectors
{
    private const string RightLetters = "RWXUE";

    /// <summary>What a row says and the facts deny.</summary>
    public static IEnumerable<string> Failures(VectorRow row, FormatFacts facts)
    {
        var (level, leaf) = Place(row);
        if (level > facts.TopLevel) return [$"{row}: no such level"];
        var (raw, limits) = (row.Word(2), Limits(row));
        var sound = Seen.At(facts, level, raw, limits);
        if (sound.Kind != (leaf ? EntryKind.Leaf : EntryKind.Table)) return [$"{row}: the entry itself is {sound}"];
        var itself = row.List(3).Where(stretch => stretch.StartsWith("is ", StringComparison.Ordinal) && stretch[3..] != sound.Letters).Select(stretch => $"{row}: the entry itself is {sound.Letters}");
        return itself.Concat(Stretches(row).SelectMany(stretch => Enumerable.Range(stretch.Lo, stretch.Hi - stretch.Lo + 1)
            .Where(bit => !Holds(facts, level, leaf, stretch, bit, sound, Seen.At(facts, level, raw ^ (1UL << bit), limits)))
            .Select(bit => $"{row[0]} {row[1]} {row[2]}: bit {bit} is not '{stretch.What}' but {Seen.At(facts, level, raw ^ (1UL << bit), limits)}; the entry is {sound}")));
    }

    /// <summary>The bits that a row speaks of.</summary>
    public static ulong Covered(VectorRow row) => Stretches(row).Aggregate(0UL, (mask, stretch) => mask | new BitField(stretch.Hi, stretch.Lo).Mask);

    /// <summary>Level and kind of a row's entry.</summary>
    public static (int Level, bool Leaf) Place(VectorRow row) => (row[1][0] - '0', row[1].EndsWith("leaf", StringComparison.Ordinal));

    /// <summary>The implementation that a row is about; a declared one unless it says otherwise.</summary>
    public static FormatLimits Limits(VectorRow row) => row.Settings.Aggregate(FormatLimits.None, (limits, setting) => setting.Key == "M"
        ? limits with { PhysicalBits = int.Parse(setting.Value, CultureInfo.InvariantCulture) }
        : limits with { AbsentFeatures = limits.AbsentFeatures.Add(setting.Key) });

    private static IEnumerable<(int Hi, int Lo, string What)> Stretches(VectorRow row)
    {
        foreach (var stretch in row.List(3).Where(stretch => stretch[0] != 'i'))
        {
            var space = stretch.IndexOf(' ', StringComparison.Ordinal);
            var (bits, what) = (stretch[..space].Split(':'), stretch[(space + 1)..]);
            yield return (int.Parse(bits[0], CultureInfo.InvariantCulture), int.Parse(bits[^1], CultureInfo.InvariantCulture), what);
        }
    }

    private static bool Holds(FormatFacts facts, int level, bool leaf, (int Hi, int Lo, string What) stretch, int bit, Seen sound, Seen turned)
    {
        var what = stretch.What;
        var field = facts.Fields.FirstOrDefault(field => (field.Field.Mask >> bit & 1) != 0
            && field.Kinds.HasFlag(leaf ? EntryKinds.Leaf : EntryKinds.Table) && level >= field.FromLevel && level <= field.ToLevel)?.Name;
        if (what[0] == '=') return field == what[1..] && turned == sound;
        // A field's bit may be refused, but it is nothing else.
        if (field != null && !(leaf && what[0] == '!')) return false;
        return what[0] switch
        {
            '.' => turned == sound,
            '-' => turned.Kind == EntryKind.NotPresent,
            'T' => turned.Kind == EntryKind.Table,
            'L' => turned.Kind == EntryKind.Leaf,
            '^' => turned.Kind == EntryKind.Leaf && turned.Shift == int.Parse(what[1..], CultureInfo.InvariantCulture),
            '!' => turned.Kind == EntryKind.Fault && turned.Fault == FaultText.Parse(what[1..]),
            '@' => turned == sound with { Address = sound.Address ^ (1UL << (int.Parse(what[1..], CultureInfo.InvariantCulture) + bit - stretch.Lo)) },
            _ => turned == what.Aggregate(sound, Turn),
        };
    }

    private static Seen Turn(Seen sound, char letter) => letter switch
    {
        'A' => sound with { Accessed = !sound.Accessed },
        'D' => sound with { Dirty = !sound.Dirty },
        _ when RightLetters.IndexOf(letter, StringComparison.Ordinal) is var right and >= 0 => sound with { Permissions = sound.Permissions ^ (Permissions)(1 << right) },
        _ => throw new FormatCheckException($"a layout has no '{letter}'"),
    };

    /// <summary>Everything that facts say of an entry.</summary>
    private sealed record Seen(EntryKind Kind, WalkStatus Fault, ulong Address, int Shift, int ChildLevel, Permissions Permissions, bool Accessed, bool Dirty)
    {
        public string Letters => string.Concat(RightLetters.Where((_, right) => ((int)Permissions >> right & 1) != 0)) + (Accessed ? "A" : "") + (Dirty ? "D" : "");

        public static Seen At(FormatFacts facts, int level, ulong raw, FormatLimits limits)
        {
            var entry = ReferenceDecoder.Decode(facts, level, raw, new Iova(0), limits);
            var seen = new Seen(entry.Kind, entry.Fault, entry.Address.Value, 0, entry.ChildLevel, Permissions.None, false, false);
            return entry.Kind switch
            {
                EntryKind.Leaf => seen with
                {
                    Shift = entry.Size.Shift,
                    Permissions = ReferenceDecoder.PermissionsOf(facts, level, raw, [], limits),
                    Accessed = (raw & facts.AccessedMask) != 0,
                    Dirty = facts.Dirty.Holds(raw),
                },
                // What is left of a leaf that allows everything.
                EntryKind.Table => seen with { Permissions = ReferenceDecoder.PermissionsOf(facts, 0, MostGenerous(facts), [(level, raw)], limits) },
                _ => seen,
            };
        }

        private static ulong MostGenerous(FormatFacts facts)
        {
            ulong bits = 0;
            foreach (var field in facts.Rights.Where(right => !right.Implied && right.Kinds.HasFlag(EntryKinds.Leaf)).GroupBy(right => right.Field))
            {
                for (var value = 0UL; value <= field.Key.Mask >> field.Key.Lo; value++)
                {
                    if (!field.All(right => (right.Granting >> (int)value & 1) != 0)) continue;
                    bits |= value << field.Key.Lo;
                    break;
                }
            }

            return bits;
        }
    }
}
