namespace Fast.Tool;

/// <summary>Reads a text that somebody names: a file, or standard input.</summary>
internal static class TextInput
{
    /// <summary>The word for standard input.</summary>
    public const string StandardInput = "-";

    private const long MostBytes = 64 << 20;

    /// <summary>Reads it whole.</summary>
    /// <param name="verb">Who asks, for messages.</param>
    /// <param name="what">What it should be, for messages.</param>
    /// <param name="path">The file, or <see cref="StandardInput"/>.</param>
    /// <param name="stdin">Standard input.</param>
    /// <param name="cancellation">Leaves a read behind that cannot be cancelled.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    public static async Task<string> ReadAsync(string verb, string what, string path, TextReader stdin, CancellationToken cancellation) =>
        await Task.Run(() => Read(verb, what, path, stdin), cancellation).WaitAsync(cancellation);

    private static string Read(string verb, string what, string path, TextReader stdin)
    {
        if (string.IsNullOrWhiteSpace(path)) throw new InputException($"{verb}: the name is empty; name {what}");
        try
        {
            if (path == StandardInput) return stdin.ReadToEnd();
            if (Directory.Exists(path)) throw new InputException($"{verb}: '{path}' is a folder; name {what}");
            if (!File.Exists(path)) throw new InputException($"{verb}: there is no file '{path}'; name {what}");
            return new FileInfo(path).Length > MostBytes ? throw new InputException($"{verb}: '{path}' has more than {MostBytes >> 20} MiB; name {what}") : File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{verb}: '{path}' cannot be read: {exception.Message}");
        }
    }
}
