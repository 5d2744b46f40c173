namespace Fast.Machines;

/// <summary>What an experiment is at.</summary>
public enum BarPhase
{
    /// <summary>Touching the BAR before the measurement.</summary>
    Warm,

    /// <summary>Mapping.</summary>
    Map,

    /// <summary>Unmapping.</summary>
    Unmap,
}

/// <summary>How far an experiment is.</summary>
/// <param name="Phase">What it is at.</param>
/// <param name="Steps">Steps of this phase so far.</param>
/// <param name="MostSteps">As many as it can take at most: one per page.</param>
public readonly record struct BarProgress(BarPhase Phase, long Steps, long MostSteps);
