namespace Fast.Tool;

/// <summary>Findings as paragraphs: they are sentences, and as a table they would be wider than any terminal.</summary>
internal static class FindingsText
{
    /// <summary>One finding.</summary>
    /// <param name="page">Where to.</param>
    /// <param name="severity">Its severity.</param>
    /// <param name="id">Its id, and what it is about.</param>
    /// <param name="text">What is so.</param>
    /// <param name="remedy">What to do, or <see langword="null"/>.</param>
    public static void Write(Page page, string severity, string id, string text, string? remedy)
    {
        page.Line($"[{severity}] {id}");
        page.Line($"  {text}.");
        if (remedy is not null) page.Line($"  To do: {remedy}.");
    }

    /// <summary>All of them under a heading; nothing without any.</summary>
    public static void WriteAll(Page page, IReadOnlyCollection<FindingView> findings)
    {
        if (findings.Count == 0) return;
        page.Heading("Findings");
        foreach (var finding in findings) Write(page, finding.Severity, finding.Id, finding.Text, finding.Remedy);
    }
}
