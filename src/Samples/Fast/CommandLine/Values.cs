using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Tool.CommandLine;

/// <summary>Options whose values are read here, so that a wrong one is answered in the tool's own words.</summary>
internal static class Values
{
    /// <summary>Reads a value, or says what is wrong with it and what would be right.</summary>
    public delegate bool Reader<T>(string text, out T value, out string? error);

    /// <summary>An option with one value.</summary>
    public static Option<T?> One<T>(string name, string helpName, string description, Reader<T> read) => new(name)
    {
        HelpName = helpName,
        Description = description,
        Arity = ArgumentArity.ExactlyOne,
        CustomParser = result => Parse(result, name, result.Tokens[0].Value, read),
    };

    /// <summary>An option whose value is a list with commas, and which may be given several times.</summary>
    public static Option<T[]> List<T>(string name, string helpName, string description, Reader<T> read) => new(name)
    {
        HelpName = helpName,
        Description = description,
        Arity = ArgumentArity.OneOrMore,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(text => Parse(result, name, text, read)!)],
    };

    /// <summary>An option that takes one of a few words.</summary>
    public static Option<string?> Word(string name, string description, params string[] words) => One(name, string.Join('|', words), description, (string text, out string value, out string? error) =>
    {
        value = text;
        error = words.Contains(text) ? null : $"'{text}' is not one of {string.Join(", ", words)}{NearestWord.Hint(text, words)}";
        return error is null;
    });

    /// <summary>An option that is there or not.</summary>
    public static Option<bool> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    /// <summary>A size that is a multiple of 4 KiB, zero included.</summary>
    public static bool ReadPages(string text, out ulong? bytes, out string? error)
    {
        bytes = null;
        if (text.StartsWith('-'))
        {
            error = $"'{text}' is negative; write for example 4K, 2M or 32G";
            return false;
        }

        if (!BinarySize.TryParse(text, out var value, out error)) return false;
        if (value % PageSize.Size4K.Bytes != 0)
            error = $"'{text}' is not a multiple of 4K; the nearest are {BinarySize.Format(value & PageSize.Size4K.PageMask)} and {BinarySize.Format((value & PageSize.Size4K.PageMask) + PageSize.Size4K.Bytes)}";
        bytes = value;
        return error is null;
    }

    /// <summary>A size that is a multiple of 4 KiB and not zero.</summary>
    public static bool ReadSomePages(string text, out ulong? bytes, out string? error)
    {
        if (!ReadPages(text, out bytes, out error)) return false;
        if (bytes == 0) error = "0 bytes cannot be mapped; the smallest size is 4K";
        return error is null;
    }

    /// <summary>Reads a whole number between two.</summary>
    public static Reader<int?> Between(int least, int most) => (string text, out int? value, out string? error) =>
    {
        var isNumber = int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most;
        value = number;
        error = isNumber ? null : $"'{text}' is not a number from {Numbers.Count(least)} to {Numbers.Count(most)}";
        return isNumber;
    };

    /// <summary>A number of seconds.</summary>
    public static bool ReadSeconds(string text, out double? seconds, out string? error)
    {
        var isNumber = double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value);
        seconds = value;
        error = isNumber ? null : $"'{text}' is not a number of seconds; write for example 20 or 2.5";
        return isNumber;
    }

    private static T? Parse<T>(ArgumentResult result, string name, string text, Reader<T> read)
    {
        // The parser takes what follows for the value, even when it is the next option.
        if (text.StartsWith("--", StringComparison.Ordinal))
        {
            result.AddError($"{name} needs a value, and '{text}' follows");
            return default;
        }

        if (read(text, out var value, out var error)) return value;
        result.AddError($"{name}: {error}");
        return default;
    }
}
