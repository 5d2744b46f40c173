using System.CommandLine;
using Fast.Machines;

namespace Fast.Tool.CommandLine;

/// <summary>The files that decide what is known and what a step costs: <c>--knowledge</c> and <c>--calibration</c>.</summary>
internal sealed class PricingOptions
{
    /// <summary>What is known.</summary>
    public Option<string?> Knowledge { get; } = Values.One<string>("--knowledge", "FILE", "Which release does what, and costs, from a file instead of the built-in ones (fast.knowledge/1).", ReadName("a knowledge file"));

    /// <summary>What was timed.</summary>
    public Option<string?> Calibration { get; } = Values.One<string>("--calibration", "FILE", "Times of your own machine, as 'fast measure' writes them, in place of the public ones (fast.calibration/1).", ReadName("a calibration file"));

    /// <summary>The knowledge to use.</summary>
    /// <exception cref="InputException">The file cannot be read, or is not as it must be.</exception>
    public Knowledge ReadKnowledge(ParseResult parse, string verb)
    {
        if (parse.GetValue(Knowledge) is not { } path) return Fast.Machines.Knowledge.Default;
        var bytes = ReadFile(path, $"{verb}: --knowledge");
        return Fast.Machines.Knowledge.TryRead(bytes, path, out var knowledge, out var error) ? knowledge! : throw new InputException($"{verb}: --knowledge: {error}");
    }

    /// <summary>The rates to use, or <see langword="null"/>.</summary>
    /// <exception cref="InputException">The file cannot be read, or is not as it must be.</exception>
    public Calibration? ReadCalibration(ParseResult parse, string verb, Knowledge knowledge, BarCaseCache cases, ProgressLine progress, CancellationToken cancellation)
    {
        if (parse.GetValue(Calibration) is not { } path) return null;
        var bytes = ReadFile(path, $"{verb}: --calibration");
        if (!CalibrationFile.TryRead(bytes, path, out var file, out var error)) throw new InputException($"{verb}: --calibration: {error}");
        progress.Doing("executing what was timed");
        return Fast.Machines.Calibration.TryDerive(file!, knowledge, cases, progress, cancellation, out var calibration, out error)
            ? calibration
            : throw new InputException($"{verb}: --calibration: {path}: {error}");
    }

    /// <summary>Reads such a file whole.</summary>
    /// <param name="path">The file.</param>
    /// <param name="option">The verb and the option, for messages.</param>
    /// <exception cref="InputException">It cannot be read.</exception>
    internal static byte[] ReadFile(string path, string option)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            var why = exception is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : Directory.Exists(path) ? "it is a folder" : exception.Message.TrimEnd('.');
            throw new InputException($"{option}: '{path}' cannot be read: {why}; name another, or leave {option.Split(' ')[^1]} out");
        }
    }

    /// <summary>Reads the name of a file to read.</summary>
    internal static Values.Reader<string> ReadName(string what) => (string text, out string value, out string? error) =>
    {
        value = text;
        error = text.Length == 0 ? $"the name is empty; name {what}" : null;
        return error is null;
    };
}
