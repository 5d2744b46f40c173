using System.Globalization;
using System.Text.RegularExpressions;
using Fast.Tests;

namespace Fast.Architecture.Tests;

/// <summary>What documents promise each other.</summary>
public sealed partial class DocumentTests
{
    [Test]
    public void Decisions_are_numbered_one_by_one_and_say_their_number()
    {
        var decisions = SourceFile.Under("docs/decisions", ".md");
        Assert.That(decisions.Select(file => file.Name[..4]), Is.EqualTo(Enumerable.Range(1, decisions.Count).Select(number => number.ToString("0000", CultureInfo.InvariantCulture))));
        Assert.That(decisions.Where(file => !file.Text.StartsWith($"# {file.Name[..4]}: ", StringComparison.Ordinal)).Select(file => file.Path), Is.Empty);
    }

    [Test]
    public void Links_lead_to_files_that_are_there()
    {
        var wrong = SourceFile.Under("", ".md").SelectMany(file => Link().Matches(file.Text).Select(link => link.Groups[1].Value)
            .Where(target => !Exists(file, target)).Select(target => $"{file.Path}: {target}"));
        Assert.That(wrong, Is.Empty);
    }

    /// <summary>A word in brackets behind another says of what it is one: those are two words.</summary>
    [Test]
    public void Each_word_of_the_vocabulary_stands_in_one_row()
    {
        var rows = SourceFile.Under("docs", ".md").Single(file => file.Name == "vocabulary.md").Text.Split('\n').Where(line => line.StartsWith("| ", StringComparison.Ordinal)).Skip(1);
        var words = rows.SelectMany(row => row.Split('|')[1].Split(',', StringSplitOptions.TrimEntries));
        Assert.That(words.GroupBy(word => word).Where(group => group.Count() > 1).Select(group => group.Key), Is.Empty);
    }

    private static bool Exists(SourceFile file, string target)
    {
        var path = Path.GetFullPath(Path.Combine(Repository.Root, Path.GetDirectoryName(file.Path)!, target));
        return File.Exists(path) || Directory.Exists(path);
    }

    // A link within the tree, without its place in the file.
    [GeneratedRegex(@"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")]
    private static partial Regex Link();
}
