namespace Fast.Host;

/// <summary>This machine does not offer what was asked for. The message is one line: what, where, what to do.</summary>
/// <param name="message">The line.</param>
public sealed class HostException(string message) : Exception(message);
