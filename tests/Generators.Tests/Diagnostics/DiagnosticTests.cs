using Microsoft.CodeAnalysis;

namespace Fast.Generators.Tests.Diagnostics;

/// <summary>What a wrong declaration is told: id, place, what is wrong, what to do. And that it costs nothing else.</summary>
public sealed class DiagnosticTests
{
    private static IEnumerable<TestCaseData> Basic()
    {
        // FAST001: not partial
        yield return Case("FAST001", "a struct that is not partial", Declarations.With("partial struct", "struct"), "'Mine' must be partial", "add 'partial'");
        yield return Case(
            "FAST001",
            "a container that is not partial",
            "using Fast.PageTables;\nnamespace Consumer;\npublic class Outer {\n" + Declarations.Body + "\npublic partial struct Mine;\n}",
            "and so must the types around it",
            "add 'partial'");

        // FAST002: levels
        yield return Case("FAST002", "a level that is missing", Declarations.With("[Level(1,", "[Level(5,"), "declares levels 0, 2, 5", "declare each level once, from 0");
        yield return Case("FAST002", "a level declared twice", Declarations.With("[Level(1,", "[Level(0,"), "declares levels 0, 0, 2", "declare each level once");
        yield return Case("FAST002", "seven levels", Declarations.With("[Present", Levels(3, 6) + "[Present"), "0, 1, 2, 3, 4, 5, 6", "at most 6");

        // FAST003: geometry
        yield return Case("FAST003", "levels that do not fit", Declarations.With("Shift = 30", "Shift = 31"), "level 2 of 'Mine' has Shift = 31, but level 1 ends at bit 30", "set Shift = 30, or change Bits of level 1");

        // FAST004: facts that are missing
        foreach (var (fact, line) in new[]
        {
            ("Present", "[Present(Mask = 1, Value = 1)]"), ("Address", "[Address(45, 12)]"), ("TableValue", "[TableValue(0x3)]"),
            ("Perm", "[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]"),
        })
        {
            yield return Case("FAST004", $"no {fact}", Declarations.With(line, ""), $"declares no [{fact}]", "add it");
        }

        // FAST005: two facts, one bit
        yield return Case("FAST005", "two facts and one bit", Declarations.With("Dirty(6)", "Dirty(7)"), "LeafWhen and [Dirty] both claim bit 7 of a level 1 leaf entry", "correct one of them");
        yield return Case("FAST005", "a right in the address", Declarations.With("Bit = 1,", "Bit = 13,"), "both claim bit 13", "correct one of them");
        yield return Case("FAST005", "a field over a right", Declarations.With("[TableValue", "[Field(\"F\", 3, 1)]\n[TableValue"), "[Perm(Right.Write)] and [Field(\"F\")] both claim bit 1", "correct one of them");

        yield return Case("FAST005", "the mark of several items over a right", Declarations.With("[TableValue(0x3)]", "[TableValue(0x3), Contiguity(0, ContiguityKind.HintBit, Flag = 2, MinLg2 = 4, MaxLg2 = 4)]"), "[Perm(Right.Write)] and [Contiguity] both claim bit 1", "correct one of them");
        yield return Case("FAST005", "a table's restriction over its address", Declarations.With("[TableValue(0x3)]", "[TableValue(0x3), TableRestrict(Right.Write, 20)]"), "both claim bit 20", "correct one of them");

        // FAST006: values
        foreach (var (name, old, changed, what, remedy) in new[]
        {
            ("entries of 4 bytes", "OaBitsMax = 46", "OaBitsMax = 46, EntryBytes = 4", "EntryBytes is 4", "entries of 8 bytes"),
            ("a granule that is not level 0's", "OaBitsMax = 46", "OaBitsMax = 46, Granule = 14", "Granule is 14", "must equal Shift of level 0, which is 12"),
            ("an output that is too wide", "OaBitsMax = 46", "OaBitsMax = 65", "OaBitsMax is 65", "at most 64"),
            ("an address field the wrong way round", "[Address(45, 12)]", "[Address(12, 45)]", "[Address] is 12..45", "highest bit first"),
            ("an address field that is not in place", "[Address(45, 12)]", "[Address(45, 13)]", "[Address] is from bit 13", "the lowest address bit is the granule, 12"),
            ("address fields with a gap", "[Address(45, 12)]", "[Address(40, 12), Address(58, 55, AddressLo = 42)]", "[Address] AddressLo is 42", "end at address bit 41"),
            ("address fields that end too low", "[Address(45, 12)]", "[Address(40, 12), Address(58, 56, AddressLo = 41)]", "[Address] is up to address bit 43", "OaBitsMax = 46 asks for bit 45"),
            ("a first top that is no level", "OaBitsMax = 46", "OaBitsMax = 46, DynamicTop = true, FirstTop = 3", "FirstTop is 3", "the levels are 0 to 2"),
            ("a field of values without those that grant", "Right.Write, Bit = 1,", "Right.Write, Hi = 3, Lo = 2,", "[Perm(Right.Write)] is bits 3..2", "or Hi, Lo (at most 6 bits) and In"),
            ("a field of more values than a mask has bits", "Right.Write, Bit = 1,", "Right.Write, Hi = 56, Lo = 50, In = 2,", "[Perm(Right.Write)] is bits 56..50", "at most 6 bits"),
            ("leaves of too many items", "[TableValue(0x3)]", "[TableValue(0x3), Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 55, MinLg2 = 4, MaxLg2 = 9)]", "[Contiguity(0)] is 2^4..2^9 items", "less than the table's 512"),
            ("leaves of several items, fewest last", "[TableValue(0x3)]", "[TableValue(0x3), Contiguity(0, ContiguityKind.HintBit, Flag = 1UL << 55, MinLg2 = 4, MaxLg2 = 3)]", "[Contiguity(0)] is 2^4..2^3 items", "at least 2 items"),
            ("a size in ones without a mark", "[TableValue(0x3)]", "[TableValue(0x3), Contiguity(0, ContiguityKind.OnesRunInAddress, MinLg2 = 1, MaxLg2 = 8)]", "[Contiguity(0)] is OnesRunInAddress", "it needs [NextLevel]"),
            ("an input that the root does not index", "IaBits = 39", "IaBits = 48", "IaBits is 48", "the root indexes the bits 38..30"),
            ("a right without a bit", "Right.Write, Bit = 1, ", "Right.Write, ", "[Perm(Right.Write)] is bits -1..-1", "give Bit from 0 to 63"),
            ("a reserved bit of no level", "[MustBeZero(2,", "[MustBeZero(3,", "[MustBeZero] level is 3", "the levels are 0 to 2"),
            ("a table of one item", "Name = \"High\", Shift = 30, Bits = 9", "Name = \"High\", Shift = 30, Bits = 0", "[Level(2)] Bits is 0", "1 to 17 bits"),
            ("a level 0 that points to tables", "Shift = 12, Bits = 9)", "Shift = 12, Bits = 9, CanTable = true)", "[Level(0)] CanTable is true", "level 0 is the last table"),
            ("a level in between that points nowhere", "Shift = 21, Bits = 9, CanTable = true,", "Shift = 21, Bits = 9,", "[Level(1)] CanTable is false", "set CanTable"),
            ("leaves that nothing marks", "Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7", "Shift = 21, Bits = 9, CanTable = true, CanLeaf = true", "[Level(1)] LeafWhenMask is 0x0", "bits that tell a leaf from a table"),
            ("a leaf value outside of its mask", "LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]", "LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 8)]", "[Level(1)] LeafWhenMask is 0x80", "those of LeafWhenValue"),
            ("a table value with an address", "[TableValue(0x3)]", "[TableValue(0x1003)]", "[TableValue] is 0x1003", "address field"),
            ("a level name that is no word", "Name = \"Mid\"", "Name = \"1 x\"", "[Level(1)] Name is '1 x'", "use letters and digits, a capital first"),
            ("a level name twice", "Name = \"Mid\"", "Name = \"Low\"", "[Level(1)] Name is 'Low'", "give each its own"),
            ("a level name that is a keyword", "Name = \"Mid\"", "Name = \"Ref\"", "[Level(1)] Name is 'Ref'", "choose another"),
            ("a level name that emitted code uses", "Name = \"Mid\"", "Name = \"Table\"", "[Level(1)] Name is 'Table'", "choose another"),
            ("a format name with a quote", "\"mine\"", "\"mi\\\"ne\"", "the name is 'mi\"ne'", "use letters, digits"),
            ("no format name", "\"mine\"", "\"\"", "the name is ''", "use letters, digits"),
            ("a feature name with a space", "[Feature(\"big\")]", "[Feature(\"big\"), Feature(\"b g\")]", "the name is 'b g'", "use letters, digits"),
        })
        {
            yield return Case("FAST006", name, Declarations.With(old, changed), what, remedy);
        }

        yield return Case("FAST006", "a generic format", Declarations.With("struct Mine;", "struct Mine<T>;"), "the type is generic", "declare it without type parameters");

        // FAST007: table values
        yield return Case("FAST007", "a table that is not present", Declarations.With("[TableValue(0x3)]", "[TableValue(0x2)]"), "reads as not present", "must be present and no leaf");
        yield return Case("FAST007", "a table that is a leaf", Declarations.With("[TableValue(0x3)]", "[TableValue(0x83)]"), "[TableValue(0x83)] at level 1 reads as a leaf", "must be present and no leaf");
        yield return Case(
            "FAST007",
            "a table with a reserved bit",
            Declarations.With("[TableValue(0x3)]", "[MustBeZero(2, EntryKinds.Table, 1 << 9), TableValue(0x203)]"),
            "at level 2 reads as an entry with a bit that must be zero",
            "must be present and no leaf");

        yield return Case(
            "FAST007",
            "a table that a level does not call one",
            Declarations.With("Shift = 30, Bits = 9, CanTable = true,", "Shift = 30, Bits = 9, CanTable = true, TableWhenMask = 1 << 9, TableWhenValue = 1 << 9,"),
            "at level 2 reads as no table",
            "must be present and no leaf");

        // FAST008: pairs
        yield return Pair("a source that is no format", "typeof(int), typeof(VtdSs4)", "Int32 is not a declared format", "whose Operations include Runs");
        yield return Pair("a destination that is no format", "typeof(X64L4), typeof(string)", "String is not a declared format", "whose Operations include Map");
        yield return Pair("no type", "null, typeof(VtdSs4)", "nothing is not a declared format", "whose Operations include Runs");
        yield return Case("FAST008", "a source without runs", Declarations.With("OaBitsMax = 46", "OaBitsMax = 46, Operations = Operations.Map") + PairOf("typeof(Mine), typeof(VtdSs4)"), "Mine does not emit Runs", "whose Operations include Runs", "Pair");
        yield return Case("FAST008", "a destination without map", Declarations.With("OaBitsMax = 46", "OaBitsMax = 46, Operations = Operations.Runs") + PairOf("typeof(X64L4), typeof(Mine)"), "Mine does not emit Map", "whose Operations include Map", "Pair");
        yield return Case("FAST001", "a pin loop that is not partial", "using Fast.PageTables;\nnamespace Consumer;\n" + PairOf("typeof(X64L4), typeof(VtdSs4)").Replace("partial ", "", StringComparison.Ordinal), "'Pair' must be partial", "add 'partial'", "Pair");
        yield return Case("FAST006", "a generic pin loop", "using Fast.PageTables;\nnamespace Consumer;\n" + PairOf("typeof(X64L4), typeof(VtdSs4)").Replace("Pair;", "Pair<T>;", StringComparison.Ordinal), "the type is generic", "declare it without type parameters", "Pair");

        yield return Case("FAST006", "a pin loop called as its member", "using Fast.PageTables;\nnamespace Consumer;\n" + PairOf("typeof(X64L4), typeof(VtdSs4)").Replace("Pair;", "Pin;", StringComparison.Ordinal), "the type's name is 'Pin'", "choose another", "Pin");
        yield return Case("FAST006", "a format called as its member", Declarations.With("struct Mine;", "struct Walk;"), "the type's name is 'Walk'", "choose another", "Walk");

        // FAST008 again: two stages
        yield return Stages("a first stage that is no format", "typeof(int), typeof(EptL4)", "FAST008", "Int32 is not a declared format", "whose Operations include Walk");
        yield return Stages("no second stage", "typeof(X64L4), null!", "FAST008", "nothing is not a declared format", "whose Operations include Walk");
        yield return Case("FAST008", "a stage that cannot be walked", Declarations.With("OaBitsMax = 46", "OaBitsMax = 46, Operations = Operations.None") + StagesOf("typeof(Mine), typeof(EptL4)"), "Mine does not emit Walk", "whose Operations include Walk", "Stages");
        yield return Case("FAST001", "a two-stage walk that is not partial", "using Fast.PageTables;\nnamespace Consumer;\n" + StagesOf("typeof(X64L4), typeof(EptL4)").Replace("partial ", "", StringComparison.Ordinal), "'Stages' must be partial", "add 'partial'", "Stages");
        yield return Case("FAST006", "a two-stage walk called as its member", "using Fast.PageTables;\nnamespace Consumer;\n" + StagesOf("typeof(X64L4), typeof(EptL4)").Replace("Stages;", "TryFollow;", StringComparison.Ordinal), "the type's name is 'TryFollow'", "choose another", "TryFollow");

        // FAST009: features
        yield return Case("FAST009", "a feature of a level", Declarations.With("[Feature(\"big\")]", ""), "[Level(2)] Requires names the feature 'big'", "add [Feature(\"big\")] or correct the name");
        yield return Case("FAST009", "a feature of a right", Declarations.With("Right.Write, Bit = 1,", "Right.Write, Bit = 1, Requires = \"w\","), "[Perm(Right.Write)] Requires names the feature 'w'", "add [Feature(\"w\")]");
        yield return Case("FAST009", "a feature of a reserved bit", Declarations.With("0x3FFFF000)", "0x3FFFF000, Unless = \"u\")"), "[MustBeZero(2)] Unless names the feature 'u'", "add [Feature(\"u\")]");
        yield return Case("FAST009", "a feature of a refusal", Declarations.With("[TableValue", "[Forbidden(6, 4, WalkStatus.Misconfigured, Unless = \"f\")]\n[TableValue"), "[Forbidden] Unless names the feature 'f'", "add [Feature(\"f\")]");
        yield return Case("FAST009", "a feature of an exception", Declarations.With("Right.Write, Bit = 1,", "Right.Write, Bit = 1, UnlessBit = 4, UnlessRequires = \"d\","), "[Perm(Right.Write)] UnlessRequires names the feature 'd'", "add [Feature(\"d\")]");
    }

    private static IEnumerable<TestCaseData> Wrong() => Basic().Concat(LeafRules.All.Select(rule => Case(rule.Id, rule.Name, Declarations.With(rule.Old, rule.Changed), rule.What, rule.Remedy)));

    [TestCaseSource(nameof(Wrong))]
    public void A_wrong_declaration_is_told_what_to_do(string id, string source, string what, string remedy, string type)
    {
        var outcome = Compiler.Run(source);
        var found = outcome.Diagnostics.Where(diagnostic => diagnostic.Id == id && Text(diagnostic).Contains(what, StringComparison.Ordinal)).ToList();
        Assert.That(found, Is.Not.Empty, string.Join('\n', outcome.Diagnostics));
        Assert.That(Text(found[0]), Does.Contain(remedy));
        Assert.That(found[0].Severity, Is.EqualTo(DiagnosticSeverity.Error));
        Assert.That(found[0].Location.GetLineSpan().Path, Is.EqualTo("Source0.cs"));
        Assert.That(source.Substring(found[0].Location.SourceSpan.Start, found[0].Location.SourceSpan.Length), Is.EqualTo(type));
    }

    [TestCaseSource(nameof(Wrong))]
    public void A_wrong_declaration_emits_nothing_and_causes_no_other_error(string id, string source, string what, string remedy, string type)
    {
        var outcome = Compiler.Run(source);
        Assert.That(outcome.Files.Keys, Has.None.Contains(type), $"{id}: {what}; {remedy}");
        Assert.That(outcome.Complaints.Where(complaint => !complaint.Location.GetLineSpan().Path.StartsWith("Source", StringComparison.Ordinal)), Is.Empty);
        Assert.That(outcome.Complaints, Is.Empty);
    }

    [Test]
    public void Every_rule_is_tried_and_is_in_the_release_notes()
    {
        var rules = typeof(Generators.Diagnostics.Descriptors).GetFields().Select(field => (DiagnosticDescriptor)field.GetValue(null)!).ToList();
        Assert.That(rules.Select(rule => rule.Id), Is.EqualTo(Enumerable.Range(1, 18).Select(number => $"FAST{number:000}")));
        // Three are about properties (OptionTests), two about bits that nobody claims (AccountTests).
        string[] elsewhere = ["FAST010", "FAST011", "FAST012", "FAST016", "FAST017"];
        Assert.That(Wrong().Select(test => (string)test.Arguments[0]!).Distinct(), Is.EquivalentTo(rules.Select(rule => rule.Id).Except(elsewhere)));
        var notes = Repository.Read("src", "Generators", "AnalyzerReleases.Unshipped.md") + Repository.Read("src", "Generators", "AnalyzerReleases.Shipped.md");
        foreach (var rule in rules) Assert.That(notes, Does.Contain($"{rule.Id} | {rule.Category} | {rule.DefaultSeverity} | {rule.Title}"));
    }

    [Test]
    public void A_pair_over_a_wrong_format_leaves_the_complaint_to_the_format()
    {
        var outcome = Compiler.Run(Declarations.With("Shift = 30", "Shift = 31") + PairOf("typeof(Mine), typeof(VtdSs4)"));
        Assert.That(outcome.Diagnostics.Select(diagnostic => diagnostic.Id).Distinct(), Is.EqualTo(new[] { "FAST003" }).Or.EqualTo(new[] { "FAST003", "FAST006" }));
        Assert.That(outcome.Files, Is.Empty);
    }

    private static string Text(Diagnostic diagnostic) => diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture);

    private static string Levels(int first, int last) =>
        string.Concat(Enumerable.Range(first, last - first + 1).Select(level => $"[Level({level}, Shift = {12 + (9 * level)}, Bits = 9, CanTable = true)]\n"));

    private static string PairOf(string types) => $"[BatchPin({types})]\npublic partial struct Pair;\n";

    private static string StagesOf(string types) => $"[TwoStage({types})]\npublic partial struct Stages;\n";

    private static TestCaseData Stages(string name, string types, string id, string what, string remedy) =>
        Case(id, name, "using Fast.PageTables;\nnamespace Consumer;\n" + StagesOf(types), what, remedy, "Stages");

    private static TestCaseData Pair(string name, string types, string what, string remedy) =>
        Case("FAST008", name, "using Fast.PageTables;\nnamespace Consumer;\n" + PairOf(types.Replace("null", "null!", StringComparison.Ordinal)), what, remedy, "Pair");

    private static TestCaseData Case(string id, string name, string source, string what, string remedy, string type = "Mine") =>
        new TestCaseData(id, source, what, remedy, type).SetArgDisplayNames(id, name);
}
