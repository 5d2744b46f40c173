using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Tool.Formats;

/// <summary>What <c>fast formats --json</c> prints.</summary>
internal sealed record FormatsDocument(string Schema, ImmutableArray<FormatView> Formats)
{
    /// <summary>The schema's id.</summary>
    public const string SchemaId = "fast.formats/1";

    /// <summary>A document of some formats.</summary>
    public static FormatsDocument Of(IEnumerable<FormatEntry> formats, bool withCode) =>
        new(SchemaId, [.. formats.Select(format => FormatView.Of(format, withCode))]);
}

/// <summary>A declared format.</summary>
internal sealed record FormatView(
    string Id,
    string Type,
    int EntryBytes,
    int InputBits,
    bool SignExtends,
    int OutputBits,
    ImmutableArray<ulong> LeafBytes,
    ImmutableArray<LevelView> Levels,
    ImmutableArray<RightView> Permissions,
    bool HasAccessed,
    bool HasDirty,
    ImmutableArray<string> Features,
    ImmutableArray<string> Operations,
    string Fingerprint,
    string? Code)
{
    /// <summary>A view of <paramref name="format"/>.</summary>
    public static FormatView Of(FormatEntry format, bool withCode)
    {
        var facts = format.Facts;
        return new FormatView(
            facts.Name,
            format.TypeName[(format.TypeName.LastIndexOf('.') + 1)..],
            facts.EntryBytes,
            facts.InputBits,
            facts.SignExtends,
            facts.OutputBits,
            [.. facts.LeafSizes.Select(size => size.Bytes)],
            [.. facts.Levels.Select((level, number) => LevelView.Of(facts, level, number)).Reverse()],
            [.. facts.Rights.Select(RightView.Of)],
            facts.AccessedMask != 0,
            facts.Dirty.Exists,
            facts.Features,
            [.. Enum.GetValues<Operations>()
                .Where(operation => operation is not (PageTables.Operations.None or PageTables.Operations.All) && format.Operations.HasFlag(operation))
                .Select(operation => operation.ToString().ToLowerInvariant())],
            format.Fingerprint,
            withCode ? EmittedCode.TextOf(format.TypeName) : null);
    }
}

/// <summary>A level of a format, the root first.</summary>
internal sealed record LevelView(int Level, string Name, ulong ItemBytes, int IndexHigh, int IndexLow, int Items, int TableBytes, bool CanTable, bool CanLeaf, ImmutableArray<ulong> ContiguousBytes, string? LeafRequires)
{
    /// <summary>A view of <paramref name="level"/>.</summary>
    public static LevelView Of(FormatFacts facts, LevelFacts level, int number) => new(
        number,
        level.Name,
        1UL << level.Shift,
        level.Shift + level.Bits - 1,
        level.Shift,
        level.TableBytes / facts.EntryBytes,
        level.TableBytes,
        level.CanTable,
        level.CanLeaf,
        [.. level.Contiguity.Shifts(level.Shift).Select(shift => 1UL << shift)],
        level.LeafRequires);
}

/// <summary>A permission of a format, as one field tells it; several of one right must all grant it. The field is absent when presence implies the right.</summary>
internal sealed record RightView(string Right, int? High, int? Low, ImmutableArray<int> Granting, bool InLeaf, bool InTable, string? Requires)
{
    /// <summary>A view of <paramref name="right"/>.</summary>
    public static RightView Of(RightFacts right) => new(
        right.Right.ToString().ToLower(CultureInfo.InvariantCulture),
        right.Implied ? null : right.Field.Hi,
        right.Implied ? null : right.Field.Lo,
        right.Implied ? [] : [.. Enumerable.Range(0, 1 << (right.Field.Hi - right.Field.Lo + 1)).Where(value => (right.Granting >> value & 1) != 0)],
        right.Kinds.HasFlag(EntryKinds.Leaf),
        right.Kinds.HasFlag(EntryKinds.Table),
        right.Requires);
}
