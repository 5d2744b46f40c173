namespace Fast.Tool.Check;

/// <summary>How much a finding matters.</summary>
internal enum Severity
{
    /// <summary>Worth knowing; nothing to do now.</summary>
    Info,

    /// <summary>It costs seconds, or keeps something from working as it could.</summary>
    Warning,

    /// <summary>It costs a minute or more, or does not work.</summary>
    Critical,
}

/// <summary>Something about a machine or a process that an operator should know.</summary>
/// <param name="Id">Short name that does not change.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Where">What it is about: a device, a file, a process.</param>
/// <param name="Text">What is so, and what it costs.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Finding(string Id, Severity Severity, string Where, string Text, string Remedy);
