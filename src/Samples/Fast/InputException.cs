namespace Fast.Tool;

/// <summary>Wrong usage or input. The message is one line that says what is wrong, where, and what to do.</summary>
internal sealed class InputException(string message) : Exception(message);
