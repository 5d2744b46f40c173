namespace Fast.Lab;

/// <summary>The lab cannot go on. The message is one line: what, where, what to do.</summary>
internal sealed class LabException(string message) : Exception(message);
