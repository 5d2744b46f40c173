using Fast.Machines;

namespace Fast.Tool;

/// <summary>Something that was found out.</summary>
internal sealed record FindingView(string Severity, string Id, string Text, string? Remedy)
{
    /// <summary>A view of <paramref name="finding"/>.</summary>
    public static FindingView Of(Finding finding) => new(Words.Of(finding.Severity), finding.Id, finding.Text, finding.Remedy);
}

/// <summary>The limit, and whether any finding reaches it.</summary>
internal sealed record FailOnView(string Severity, bool Exceeded)
{
    /// <summary>A view of a limit, if there is one.</summary>
    public static FailOnView? Of(string? limit, IEnumerable<Finding> findings) =>
        limit is null ? null : new FailOnView(limit, findings.Any(finding => finding.Severity >= Words.Parse<Severity>(limit)));
}
