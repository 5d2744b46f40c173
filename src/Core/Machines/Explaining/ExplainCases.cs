using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>A constructed listing that a rule keeps larger leaves away from, that rule and no other.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Id">Its name on command lines and in documents.</param>
/// <param name="Title">What the case shows, in one line.</param>
/// <param name="Options">Options of <c>fast explain</c> that belong to it, with spaces between.</param>
/// <param name="Listing">The listing, its head included.</param>
public sealed record ExplainCase(LeafRule Rule, string Id, string Title, string Options, string Listing);

/// <summary>One case for each rule, carried by the assembly.</summary>
public static class ExplainCases
{
    private const string OptionsMark = "# options:";

    // Names of the field, so written by hand; a test holds them to the rules and to the files.
    private static readonly (LeafRule Rule, string Id)[] Ids =
    [
        (LeafRule.None, "none"), (LeafRule.Iommufd, "iommufd"), (LeafRule.SubPage, "sub-page"), (LeafRule.Kernel, "kernel"), (LeafRule.Driver, "driver"), (LeafRule.Thp, "thp"),
        (LeafRule.BarSize, "bar-size"), (LeafRule.VmmAlignment, "vmm"), (LeafRule.Congruence, "congruence"), (LeafRule.IovaCongruence, "iova"), (LeafRule.Msix, "msix"),
        (LeafRule.SparseHole, "hole"), (LeafRule.Split, "split"), (LeafRule.Tail, "tail"),
    ];

    /// <summary>All cases, in the order in which the rules are asked.</summary>
    public static ImmutableArray<ExplainCase> All { get; } = [.. Ids.Select(each => Read(each.Rule, each.Id))];

    /// <summary>The name of a rule.</summary>
    public static string IdOf(LeafRule rule) => Array.Find(Ids, each => each.Rule == rule).Id;

    /// <summary>The case of that name, or <see langword="null"/>.</summary>
    public static ExplainCase? Find(string id) => All.FirstOrDefault(each => each.Id == id);

    private static ExplainCase Read(LeafRule rule, string id)
    {
        using var stream = typeof(ExplainCases).Assembly.GetManifestResourceStream($"Cases/{id}.txt") ?? throw new InvalidOperationException($"the assembly carries no case '{id}'");
        using var reader = new StreamReader(stream);
        var text = reader.ReadToEnd();
        var lines = text.Split('\n');
        return new ExplainCase(rule, id, lines[0].TrimStart('#').Trim(), lines[1][OptionsMark.Length..].Trim(), text);
    }
}
