namespace Fast.Tool;

/// <summary>A file that an option names to be written: beside it first and then in its place, so that a run that is stopped leaves the old one.</summary>
internal static class OutputFile
{
    /// <summary>Writes it.</summary>
    /// <param name="option">The verb and the option, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="write">Writes the content.</param>
    /// <exception cref="InputException">It cannot be written.</exception>
    public static void Write(string option, string path, Action<Stream> write)
    {
        var beside = path + ".part";
        try
        {
            using (var stream = File.Create(beside)) write(stream);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new InputException($"{option}: '{path}' cannot be written: {exception.Message}");
        }
    }

    /// <summary>Reads the name on the command line.</summary>
    public static bool ReadName(string text, out string value, out string? error)
    {
        value = text;
        error = text.Length == 0 ? "the name is empty; name a file to write" : null;
        return error is null;
    }
}
