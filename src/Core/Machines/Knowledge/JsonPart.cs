using System.Text;
using System.Text.Json;
using Fast.PageTables;

namespace Fast.Machines;

/// <summary>A value of a JSON document that knows its line and its path, and that must be read whole: a member nobody asks for is an error.</summary>
internal sealed class JsonPart
{
    private const int MaxDepth = 16;
    private readonly Dictionary<string, JsonPart> _members = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);
    private readonly List<JsonPart> _items = [];
    private string _text = "";

    private JsonPart(string path, int line, JsonTokenType kind) => (Path, Line, Kind) = (path, line, kind);

    /// <summary>Where it stands, such as <c>costs.kernels[2].kernel</c>.</summary>
    internal string Path { get; }

    /// <summary>Line of its first character, from 1.</summary>
    internal int Line { get; }

    private JsonTokenType Kind { get; }

    /// <summary>Reads a document.</summary>
    /// <exception cref="KnowledgeFault">It is not JSON, or a member occurs twice.</exception>
    internal static JsonPart Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Trim(" \t\r\n"u8).IsEmpty) throw new KnowledgeFault(1, "", "the text is empty");
        var lines = new LineCounter(utf8);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            var root = ReadValue(ref reader, ref lines, "");
            if (reader.Read()) throw new KnowledgeFault(lines.LineOf(reader.TokenStartIndex), "", "text follows the document");
            return root;
        }
        catch (JsonException exception)
        {
            var message = exception.Message.AsSpan();
            var end = message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            throw new KnowledgeFault((int)(exception.LineNumber ?? 0) + 1, "", "not JSON: " + (end < 0 ? message : message[..end]).TrimEnd('.').ToString());
        }
        catch (InvalidOperationException)
        {
            throw new KnowledgeFault(lines.LineOf(reader.TokenStartIndex), "", "not JSON: text that is not valid UTF-8");
        }
    }

    /// <summary>The member of that name.</summary>
    internal JsonPart Take(string name)
    {
        Expect(JsonTokenType.StartObject, "an object");
        _taken.Add(name);
        return _members.TryGetValue(name, out var member) ? member : throw Fault($"'{name}' is missing");
    }

    /// <summary>The member of that name, or <see langword="null"/> where it may be left out.</summary>
    internal JsonPart? Find(string name)
    {
        Expect(JsonTokenType.StartObject, "an object");
        _taken.Add(name);
        return _members.GetValueOrDefault(name);
    }

    /// <summary>One of a few words.</summary>
    internal string Word(params ReadOnlySpan<string> words)
    {
        var text = Text();
        return words.Contains(text) ? text : throw Fault($"'{text}' is not one of {string.Join(", ", words)}");
    }

    /// <summary>A size, such as <c>128G</c>.</summary>
    internal ulong Size() => BinarySize.TryParse(Text(), out var bytes, out var error) && bytes > 0 ? bytes : throw Fault(error ?? "0 bytes");

    /// <summary>Says that all members of an object are known; the others are an error.</summary>
    internal void Done()
    {
        foreach (var (name, member) in _members)
        {
            if (!_taken.Contains(name)) throw new KnowledgeFault(member.Line, Path, $"'{name}' is not a field here; known are {string.Join(", ", _taken)}");
        }
    }

    /// <summary>The items of an array that must not be empty.</summary>
    internal IReadOnlyList<JsonPart> Items()
    {
        Expect(JsonTokenType.StartArray, "an array");
        return _items.Count > 0 ? _items : throw Fault("the array is empty");
    }

    /// <summary>A string that must not be empty.</summary>
    internal string Text()
    {
        Expect(JsonTokenType.String, "a string");
        return string.IsNullOrWhiteSpace(_text) ? throw Fault("the string is empty") : _text;
    }

    /// <summary>A finite number from <paramref name="least"/> on.</summary>
    internal double Number(double least)
    {
        Expect(JsonTokenType.Number, "a number");
        return double.TryParse(_text, System.Globalization.NumberStyles.Float, System.Globalization.CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && value >= least
            ? value
            : throw Fault(FormattableString.Invariant($"{_text} is not a number from {least} on"));
    }

    /// <summary>A whole number within bounds.</summary>
    internal int Whole(int least, int most)
    {
        Expect(JsonTokenType.Number, "a whole number");
        return int.TryParse(_text, System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out var value) && value >= least && value <= most
            ? value
            : throw Fault(FormattableString.Invariant($"{_text} is not a whole number from {least} to {most}"));
    }

    /// <summary>True or false.</summary>
    internal bool Truth() => Kind is JsonTokenType.True or JsonTokenType.False ? Kind == JsonTokenType.True : throw Fault("expected true or false");

    /// <summary>An error about this value.</summary>
    internal KnowledgeFault Fault(string what) => new(Line, Path, what);

    private void Expect(JsonTokenType kind, string what)
    {
        if (Kind != kind) throw Fault("expected " + what);
    }

    private static JsonPart ReadValue(ref Utf8JsonReader reader, ref LineCounter lines, string path)
    {
        var part = new JsonPart(path, lines.LineOf(reader.TokenStartIndex), reader.TokenType);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = reader.GetString()!;
                    var line = lines.LineOf(reader.TokenStartIndex);
                    reader.Read();
                    if (!part._members.TryAdd(name, ReadValue(ref reader, ref lines, path.Length == 0 ? name : path + "." + name)))
                        throw new KnowledgeFault(line, path, $"'{name}' occurs twice");
                }

                break;
            case JsonTokenType.StartArray:
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    part._items.Add(ReadValue(ref reader, ref lines, FormattableString.Invariant($"{path}[{part._items.Count}]")));
                break;
            case JsonTokenType.String:
                part._text = reader.GetString()!;
                break;
            case JsonTokenType.Number:
                part._text = Encoding.UTF8.GetString(reader.ValueSpan);
                break;
        }

        return part;
    }

    /// <summary>Lines of positions that only grow.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _line = 1;
        private int _at;

        internal int LineOf(long position)
        {
            var end = (int)Math.Clamp(position, _at, _text.Length);
            _line += _text[_at..end].Count((byte)'\n');
            _at = end;
            return _line;
        }
    }
}
