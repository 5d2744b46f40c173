namespace Fast.Machines;

/// <summary>How much somebody should care.</summary>
public enum Severity
{
    /// <summary>Good to know; nothing to do, or nothing that can be done.</summary>
    Note,

    /// <summary>Something is lost that a setting would bring.</summary>
    Warning,

    /// <summary>A device does not work, or a boot takes minutes.</summary>
    Error,
}

/// <summary>Something that was found out about a configuration.</summary>
/// <param name="Severity">How much to care.</param>
/// <param name="Id">Short and stable, for machines.</param>
/// <param name="Text">What it is, in one line.</param>
/// <param name="Remedy">What to do, in one line, or <see langword="null"/>.</param>
public sealed record Finding(Severity Severity, string Id, string Text, string? Remedy = null);
