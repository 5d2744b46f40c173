using System.Text;

namespace Fast.Generators.Emitting;

/// <summary>Text with indentation; <c>\n</c> only, so output does not depend on the machine.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>One or more lines at the current depth; empty lines stay empty.</summary>
    public CodeWriter Lines(string text)
    {
        foreach (var raw in text.Replace("\r\n", "\n").Split('\n'))
        {
            var line = raw.TrimEnd();
            if (line.Length != 0) _text.Append(' ', 4 * _depth).Append(line);
            _text.Append('\n');
        }

        return this;
    }

    /// <summary>An empty line, unless there is one already.</summary>
    public CodeWriter Gap()
    {
        if (_text.Length < 2 || _text[_text.Length - 1] != '\n' || _text[_text.Length - 2] != '\n') _text.Append('\n');
        return this;
    }

    /// <summary>A line and an opening brace; what follows is one deeper.</summary>
    public CodeWriter Open(string head)
    {
        Lines(head).Lines("{");
        _depth++;
        return this;
    }

    /// <summary>A closing brace.</summary>
    public CodeWriter Close(string tail = "")
    {
        _depth--;
        return Lines("}" + tail);
    }

    public override string ToString() => _text.ToString();
}
