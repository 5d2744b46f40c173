using System.Reflection;
using Fast.PageTables.Tests.Hatch.Nvidia;
using Fast.PageTables.Tests.Hatch.Xen;

namespace Fast.PageTables.Tests.Hatch.Mutation;

/// <summary>
/// All vectors and walks, for the formats of any assembly: the library's, or declarations with one thing changed.
/// </summary>
internal static class HatchSuite
{
    /// <summary>The first thing that is wrong, or <see langword="null"/>.</summary>
    /// <param name="format">The format, or the beginning of the names of several.</param>
    /// <param name="library">Where the formats are.</param>
    public static string? Failure(string format, Assembly library)
    {
        try
        {
            return (format.StartsWith("xen", StringComparison.Ordinal) ? Xen(format, library) : Nvidia(format, library)).FirstOrDefault(failure => failure != null);
        }
        catch (Exception wrong) when (wrong is InvalidOperationException or TargetInvocationException or ArgumentException or IndexOutOfRangeException)
        {
            return wrong.ToString();
        }
    }

    private static IEnumerable<string?> Nvidia(string format, Assembly library)
    {
        foreach (var subject in NvidiaSubject.Of(library).Where(subject => subject.Name.StartsWith(format, StringComparison.Ordinal)))
        {
            foreach (var row in VectorFile.Parse(subject.Name, Resources.Text(subject.Name))) yield return NvidiaVectors.Failure(subject, row);
            foreach (var (name, run) in NvidiaWalks.All) yield return run(subject) is { } wrong ? $"{subject.Name}, {name}: {wrong}" : null;
        }
    }

    private static IEnumerable<string?> Xen(string format, Assembly library)
    {
        foreach (var subject in XenSubject.Of(library).Where(subject => subject.Name.StartsWith(format, StringComparison.Ordinal)))
        {
            foreach (var row in VectorFile.Parse(subject.Name, Resources.Text(subject.Name))) yield return XenVectors.Failure(subject, row);
            foreach (var (name, run) in XenWalks.All) yield return run(subject) is { } wrong ? $"{subject.Name}, {name}: {wrong}" : null;
        }
    }
}
