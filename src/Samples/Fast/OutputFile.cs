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
        var beside = Beside(path);
        try
        {
            using (var stream = File.Create(beside)) write(stream);
            File.Move(beside, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            Drop(beside);
            throw new InputException($"{option}: {Unwritable(path, exception)}");
        }
        catch
        {
            Drop(beside);
            throw;
        }
    }

    /// <summary>Reads the name on the command line, and refuses what could not be written when the work is done.</summary>
    public static bool ReadName(string text, out string value, out string? error)
    {
        value = text;
        error = text.Length == 0 ? "the name is empty; name a file to write"
            : Directory.Exists(text) ? $"'{text}' is a folder; name a file in it"
            : IsDevice(text) ? $"'{text}' is a device, which a file would replace; name a file to write"
            : !Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(text))) ? $"'{text}' cannot be written: there is no folder for it; make it first"
            : Probe(text);
        return error is null;
    }

    private static string? Probe(string path)
    {
        try
        {
            using var probe = new FileStream(Beside(path), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 1, FileOptions.DeleteOnClose);
            return null;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return Unwritable(path, exception);
        }
    }

    private static void Drop(string unfinished)
    {
        if (File.Exists(unfinished)) File.Delete(unfinished);
    }

    // Renaming a file to /dev/null would make a file of it, for everybody.
    private static bool IsDevice(string path)
    {
        var full = Path.GetFullPath(path);
        return full.StartsWith("/dev/", StringComparison.Ordinal) && !full.StartsWith("/dev/shm/", StringComparison.Ordinal);
    }

    private static string Beside(string path) => path + ".part";

    private static string Unwritable(string path, Exception exception) =>
        $"'{path}' cannot be written: {exception.Message.Replace(Beside(path), path, StringComparison.Ordinal).TrimEnd('.')}; name a file in a folder that you may write to";
}
