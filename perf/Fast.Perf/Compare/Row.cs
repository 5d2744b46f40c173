namespace Fast.Perf.Compare;

/// <summary>What a contender stands for.</summary>
public enum Role
{
    /// <summary>The engine.</summary>
    Fast,

    /// <summary>A plain way to do the same.</summary>
    Reference,

    /// <summary>Touching the same memory and nothing else.</summary>
    Limit,
}

/// <summary>One way to do the work of a row.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Role">What it stands for.</param>
/// <param name="Run">Does the work once; the result keeps it from being optimised away.</param>
/// <param name="Units">Units of work in one run: pages, leaves or translations.</param>
/// <param name="Restore">Puts things back, outside the timed part.</param>
public sealed record Contender(string Name, Role Role, Func<ulong> Run, double Units, Action? Restore = null);

/// <summary>What the project asks of itself.</summary>
/// <param name="Against">Name of the contender that is divided by.</param>
/// <param name="AtMost">Largest ratio fast / that.</param>
/// <param name="WithinSpread">Whether the smallest ratio of all rounds decides and not the median: "never slower beyond the spread".</param>
public sealed record Budget(string Against, double AtMost, bool WithinSpread = false);

/// <summary>Contenders that are measured side by side.</summary>
/// <param name="Unit">What one unit is.</param>
/// <param name="Budgets">What the first fast contender must reach.</param>
/// <param name="Contenders">The ways; the first one is the engine at its widest.</param>
/// <param name="Threads">Whether several threads work, so that only the wall clock can be asked.</param>
public sealed record Row(string Unit, IReadOnlyList<Budget> Budgets, IReadOnlyList<Contender> Contenders, bool Threads = false)
{
    /// <summary>What every fast line is divided by, narrow ones included: the first budget's denominator.</summary>
    public int Denominator => Budgets.Count == 0 ? -1 : Contenders.ToList().FindIndex(contender => contender.Name == Budgets[0].Against);
}
