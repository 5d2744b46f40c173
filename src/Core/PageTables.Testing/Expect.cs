using System.Diagnostics.CodeAnalysis;

namespace Fast.PageTables.Testing;

/// <summary>What a check demands; what is not so is an exception that any test framework shows.</summary>
internal static class Expect
{
    public static void That([DoesNotReturnIf(false)] bool holds, string what)
    {
        if (!holds) throw new FormatCheckException(what);
    }

    public static void Equal<T>(T found, T expected, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(found, expected)) throw new FormatCheckException($"{what}: found {found}, expected {expected}");
    }

    public static void Sequence<T>(IReadOnlyList<T> found, IReadOnlyList<T> expected, string what)
    {
        for (var i = 0; i < Math.Min(found.Count, expected.Count); i++)
            if (!EqualityComparer<T>.Default.Equals(found[i], expected[i])) throw new FormatCheckException($"{what}: number {i} is {found[i]}, expected {expected[i]}");
        if (found.Count != expected.Count) throw new FormatCheckException($"{what}: {found.Count} instead of {expected.Count}");
    }

    /// <summary>Nothing is wrong; otherwise all that is, one a line, up to 20.</summary>
    public static void None(IReadOnlyList<string> wrong, string what)
    {
        if (wrong.Count != 0) throw new FormatCheckException($"{what}: {wrong.Count}\n{string.Join('\n', wrong.Take(20))}");
    }
}
