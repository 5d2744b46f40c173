using Microsoft.CodeAnalysis;

namespace Fast.Generators.Tests.Emitting;

/// <summary>Emitted code in projects of users: no unsafe blocks, every warning an error.</summary>
public sealed class ConsumerTests
{
    [TestCase(NullableContextOptions.Enable)]
    [TestCase(NullableContextOptions.Disable)]
    public void Emitted_code_compiles_without_a_warning(NullableContextOptions nullable) =>
        Clean(Compiler.Run(Compiler.Compilation(nullable, Declarations.Format, Declarations.Pair, Declarations.Stages)), files: 3);

    [Test]
    public void A_format_may_have_any_number_of_levels()
    {
        for (var levels = 1; levels <= 6; levels++)
        {
            var declared = string.Concat(Enumerable.Range(0, levels).Select(level => $"[Level({level}, Shift = {12 + (8 * level)}, Bits = 8{(level == 0 ? "" : ", CanTable = true")}{(level is 1 or 2 ? ", LeafWhenMask = 128, LeafWhenValue = 128" : "")})]\n"));
            Clean(Compiler.Run($"using Fast.PageTables;\n[PageTableFormat(\"l{levels}\")]\n{declared}[Present(AnyOf = 3), Address(51, 12), Perm(Right.Read, Bit = 0), Perm(Right.Write, Bit = 1), TableValue(3)]\npublic partial struct Any;\n"), files: 1);
        }
    }

    [TestCase("None")]
    [TestCase("Walk")]
    [TestCase("Runs")]
    [TestCase("Map")]
    [TestCase("Runs | Operations.Map")]
    public void Operations_that_are_not_asked_for_are_not_emitted(string operations)
    {
        var outcome = Compiler.Run(Declarations.With("OaBitsMax = 46", $"OaBitsMax = 46, Operations = Operations.{operations}"));
        Clean(outcome, files: 1);
        var text = outcome.Files["Consumer.Mine.g.cs"];
        Assert.That(text.Contains(" Walk<", StringComparison.Ordinal), Is.EqualTo(operations != "None"));
        Assert.That(text.Contains(" ReadRuns<", StringComparison.Ordinal), Is.EqualTo(operations.Contains("Runs", StringComparison.Ordinal)));
        Assert.That(text.Contains(" MapRange(", StringComparison.Ordinal), Is.EqualTo(operations.Contains("Map", StringComparison.Ordinal)));
    }

    [Test]
    public void A_format_may_stand_in_the_global_namespace()
    {
        var outcome = Compiler.Run("using Fast.PageTables;\n" + Declarations.Body + "\npartial struct Mine;\n[BatchPin(typeof(Mine), typeof(Mine))] partial struct Self;\n");
        Clean(outcome, files: 2);
        Assert.That(outcome.Files.Keys, Is.EquivalentTo(new[] { "Mine.g.cs", "Self.g.cs", "FormatRegistry.g.cs" }));
    }

    [Test]
    public void A_format_may_stand_in_nested_partial_types()
    {
        var outcome = Compiler.Run($$"""
            using Fast.PageTables;
            namespace Consumer.Deep
            {
                public static partial class Outer
                {
                    partial interface IMiddle
                    {
                        internal partial record struct Inner
                        {
                            {{Declarations.Body}}
                            private partial struct Mine;
                            [BatchPin(typeof(Mine), typeof(X64L4))]
                            private readonly partial struct Pair;
                        }
                    }
                }
            }
            """);
        Clean(outcome, files: 2);
        Assert.That(outcome.Files.Keys, Is.EquivalentTo(new[] { "Consumer.Deep.Outer.IMiddle.Inner.Mine.g.cs", "Consumer.Deep.Outer.IMiddle.Inner.Pair.g.cs" }));
    }

    [TestCase("public partial record struct Mine;")]
    [TestCase("public readonly partial struct Mine;")]
    [TestCase("public readonly partial record struct Mine;")]
    [TestCase("internal partial struct Mine { public int Other { get; set; } }")]
    public void Every_kind_of_struct_may_declare_a_format(string declaration) => Clean(Compiler.Run(Declarations.With("public partial struct Mine;", declaration)), files: 1);

    [Test]
    public void A_user_writes_ordinary_code_over_it() => Clean(
        Compiler.Run(
            Declarations.Format,
            Declarations.Pair,
            """
            using Fast.PageTables;
            namespace Consumer;
            internal static class Use
            {
                public static ulong Run(TableArena arena)
                {
                    var source = new PageTable<Mine>(arena);
                    var destination = new PageTable<VtdSs4>(arena);
                    var range = IovaRange.Of(new Iova(0), 1UL << 30);
                    source.Map(range, new Pfn(0), Permissions.ReadWrite);
                    var report = PageTablePins.Pin<MineToVtd, Mine, VtdSs4>(source, range, destination, new Iova(0), Permissions.Read);
                    return report.Pages + source.Walk(new Iova(5)).Leaf.Pfn.Value;
                }
            }
            """),
        files: 2);

    [Test]
    public void A_destination_that_is_narrower_than_its_source_is_checked_run_by_run()
    {
        var narrow = Compiler.Run(Declarations.Format, "using Fast.PageTables;\nnamespace Consumer;\n[BatchPin(typeof(VtdSs4), typeof(Mine))]\npublic partial struct VtdToMine;\n");
        Clean(narrow, files: 2);
        Assert.That(narrow.Files["Consumer.VtdToMine.g.cs"], Does.Contain("if (run.Pfn.Value + run.Pages > 0x0004_0000_0000UL) return request.Failed(MapStatus.BadOutput, map);"));
        Assert.That(Compiler.Run(Declarations.Format, Declarations.Pair).Files["Consumer.MineToVtd.g.cs"], Does.Not.Contain("BadOutput"));
    }

    [Test]
    public void Emission_is_a_function_of_the_declaration_alone()
    {
        var once = Compiler.Run(Declarations.Format, Declarations.Pair).Files;
        var again = Compiler.Run(Declarations.Pair, "class Other;", Declarations.Format).Files;
        Assert.That(again, Is.EquivalentTo(once));
    }

    [Test]
    public void Every_changed_fact_changes_the_fingerprint()
    {
        var prints = new[]
        {
            Declarations.Format, Declarations.With("OaBitsMax = 46)]", "OaBitsMax = 46, IaRule = IaRule.SignExtend)]"), Declarations.With("[TableValue(0x3)]", "[TableValue(0x1)]"),
            Declarations.With("[Accessed(5), ", "[Accessed(8), "), Declarations.With(", Dirty(6)", ", Dirty(9)"), Declarations.With("0x3FFFF000", "0x3FFFE000"),
            Declarations.With("Bit = 1, Combine = Combine.AndDown", "Bit = 1"), Declarations.With("Bit = 1, ", "Bit = 2, "), Declarations.With("\"mine\"", "\"yours\""),
            Declarations.With("[Present(Mask = 1, Value = 1)]", "[Present(AnyOf = 1), LeafValue(1)]"), Declarations.With("Name = \"Mid\"", "Name = \"Middle\""),
        }.Select(source => Fast.Generators.Emitting.Fingerprint.Of(Spec(source)));
        Assert.That(prints, Is.Unique);
    }

    private static Model.FormatSpec Spec(string source)
    {
        var compilation = Compiler.Compilation(source);
        var type = compilation.GetTypeByMetadataName("Consumer.Mine")!;
        return Parsing.FormatParser.Parse(type, type.Locations[0]).Value ?? throw new InvalidOperationException("the declaration has an error");
    }

    private static void Clean(Outcome outcome, int files)
    {
        Assert.That(outcome.Diagnostics, Is.Empty);
        Assert.That(outcome.Complaints, Is.Empty);
        Assert.That(outcome.Files.Where(file => file.Key != "FormatRegistry.g.cs"), Has.Exactly(files).Items);
    }
}
