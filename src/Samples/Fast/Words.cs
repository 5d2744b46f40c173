namespace Fast.Tool;

/// <summary>Values of the library as the tool writes and reads them: in lower case, words joined by capitals as in JSON.</summary>
internal static class Words
{
    /// <summary>The word for <paramref name="value"/>.</summary>
    public static string Of<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    /// <summary>All words of <typeparamref name="T"/>.</summary>
    public static string[] All<T>()
        where T : struct, Enum => [.. Enum.GetValues<T>().Select(Of)];

    /// <summary>The value of a word that <see cref="All{T}"/> has.</summary>
    public static T Parse<T>(string word)
        where T : struct, Enum => Enum.Parse<T>(word, ignoreCase: true);
}
