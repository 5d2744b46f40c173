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

/// <summary>Contenders that are measured side by side.</summary>
/// <param name="Name">The work.</param>
/// <param name="Unit">What one unit is.</param>
/// <param name="Budget">Largest ratio fast / denominator that the project asks of itself, with the denominator's name; <see langword="null"/>: none.</param>
/// <param name="Contenders">The ways.</param>
public sealed record Row(string Name, string Unit, (string Against, double AtMost)? Budget, IReadOnlyList<Contender> Contenders);
