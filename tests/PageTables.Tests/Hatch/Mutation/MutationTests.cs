using System.Collections.Concurrent;

namespace Fast.PageTables.Tests.Hatch.Mutation;

/// <summary>Every constant of the hatched formats counts: changed, it makes the compiler, the generator, a vector or a walk complain.</summary>
public sealed class MutationTests
{
    private static readonly string[] s_nvidia = ["Hardware/NvidiaLeaf.cs", "Hardware/NvidiaV2.cs", "Hardware/NvidiaV3.cs"];
    private static readonly string[] s_xen = ["Xen/XenP2m.cs", "Xen/XenP2mEpt.cs", "Xen/XenP2mNpt.cs", "Xen/XenP2mType.cs"];

    private static IEnumerable<TestCaseData> Files() =>
    [
        new("nvidia", s_nvidia, "Hardware/NvidiaLeaf.cs"),
        new("nvidia-v2", s_nvidia[..2], "Hardware/NvidiaV2.cs"),
        new("nvidia-v3", new[] { s_nvidia[0], s_nvidia[2] }, "Hardware/NvidiaV3.cs"),
        new("xen", s_xen, "Xen/XenP2m.cs"),
        new("xen-p2m-ept", s_xen, "Xen/XenP2mEpt.cs"),
        new("xen-p2m-npt", s_xen, "Xen/XenP2mNpt.cs"),
        new("xen", s_xen, "Xen/XenP2mType.cs"),
    ];

    /// <summary>All: dotnet test -c Release tests/PageTables.Tests --filter "FullyQualifiedName~Every_changed_constant_is_found"</summary>
    [Explicit("every mutant is compiled: a minute on two cores")]
    [TestCaseSource(nameof(Files))]
    public void Every_changed_constant_is_found(string format, string[] declarations, string file) => Find(format, declarations, file, every: 1);

    [TestCaseSource(nameof(Files))]
    public void Every_fifth_changed_constant_is_found(string format, string[] declarations, string file) => Find(format, declarations, file, every: 5);

    private static void Find(string format, string[] declarations, string file, int every)
    {
        var compiler = new MutantCompiler(format, declarations.Where(other => other != file).Select(At));
        var source = Repository.Read("src", "Core", "PageTables", "Formats", file);
        Assert.That(compiler.Failure(source), Is.Null, "the declaration as it is");
        var (survivors, count) = (new ConcurrentBag<string>(), 0);
        Parallel.ForEach(Mutants.Of(source).Where((_, number) => number % every == 0), mutant =>
        {
            Interlocked.Increment(ref count);
            if (compiler.Failure(mutant.Text) == null) survivors.Add(mutant.Name);
        });
        TestContext.Out.WriteLine($"{file}: {count} mutants");
        // None survives, and none is excused: a change that changes nothing would be a constant that is not needed.
        Assert.That(string.Join('\n', survivors.Order(StringComparer.Ordinal)), Is.Empty);
        Assert.That(count, Is.GreaterThan(every == 1 ? 3 : 0));
    }

    private static string At(string file) => Repository.At("src", "Core", "PageTables", "Formats", file);
}
