namespace Fast.PageTables.Tests.Formats;

/// <summary>The shipped suite, for every declared format: one test for each format and check.</summary>
[Parallelizable(ParallelScope.Children)]
public sealed class FormatSuiteTests
{
    private static IEnumerable<TestCaseData> Checks() => Declared.All
        .SelectMany(format => Declared.Call<IReadOnlyList<FormatCheck>>(typeof(FormatSuite), nameof(FormatSuite.For), format))
        .Select(check => new TestCaseData(check).SetArgDisplayNames(check.Format, check.Name));

    private static IEnumerable<TestCaseData> Vectors() => Declared.WithVectors
        .SelectMany(format => Declared.Call<IReadOnlyList<FormatCheck>>(typeof(FormatVectors), nameof(FormatVectors.For), format, Declared.Vectors(Declared.FileOf(Declared.FactsOf(format).Name))))
        .Select(check => new TestCaseData(check).SetArgDisplayNames(check.Format, check.Name));

    [TestCaseSource(nameof(Checks))]
    public void A_format_passes(FormatCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        check.Run();
    }

    [TestCaseSource(nameof(Vectors))]
    public void A_format_passes_its_vectors(FormatCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        check.Run();
    }
}
