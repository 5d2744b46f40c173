namespace Fast.PageTables.Testing;

/// <summary>A format does not do what it should. The message says what, where, and the shortest script or the seed that shows it again.</summary>
public sealed class FormatCheckException : Exception
{
    /// <summary>A failure without a message.</summary>
    public FormatCheckException()
    {
    }

    /// <summary>A failure.</summary>
    public FormatCheckException(string message)
        : base(message)
    {
    }

    /// <summary>A failure, and what it was in the code under test.</summary>
    public FormatCheckException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
