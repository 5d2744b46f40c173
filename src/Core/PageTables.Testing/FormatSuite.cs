namespace Fast.PageTables.Testing;

/// <summary>The suite that the library's own formats run, for any declared format.</summary>
/// <example>
/// <code>
/// FormatSuite.Run&lt;Mine&gt;();                                                     // in one test
/// [TestCaseSource] … FormatSuite.For&lt;Mine&gt;() … check.Run();                   // one test for each check
/// </code>
/// </example>
public static class FormatSuite
{
    private static readonly Type[] Checks =
    [
        typeof(WalkChecks<>), typeof(RunChecks<>), typeof(HostileTableChecks<>), typeof(HatchChecks<>),
        typeof(EncodingChecks<>), typeof(LeafChecks<>), typeof(CursorChecks<>), typeof(MapScriptChecks<>), typeof(ChangeScriptChecks<>),
    ];

    /// <summary>The checks of all operations that the format has.</summary>
    public static IReadOnlyList<FormatCheck> For<TFormat>()
        where TFormat : struct, IWalkFormat =>
    [
        .. Checks.Where(Operation.IsOf<TFormat>)
            .Select(checks => (IFormatChecks)Activator.CreateInstance(checks.MakeGenericType(typeof(TFormat)))!)
            .Where(checks => checks is IHatchedChecks == TFormat.Facts.IsHatched)
            .SelectMany(checks => checks.All)
            .Select(check => new FormatCheck(TFormat.Facts.Name, check.Name, check.Test)),
    ];

    /// <summary>Runs all checks and tells everything that is wrong.</summary>
    /// <exception cref="FormatCheckException">The checks that failed, and why.</exception>
    public static void Run<TFormat>()
        where TFormat : struct, IWalkFormat => RunAll(For<TFormat>());

    internal static void RunAll(IReadOnlyList<FormatCheck> checks)
    {
        var wrong = new List<string>();
        foreach (var check in checks)
        {
            try
            {
                check.Run();
            }
            catch (FormatCheckException failure)
            {
                wrong.Add(failure.Message);
            }
        }

        if (wrong.Count != 0) throw new FormatCheckException($"{wrong.Count} of {checks.Count} checks failed\n{string.Join("\n\n", wrong)}");
    }
}
