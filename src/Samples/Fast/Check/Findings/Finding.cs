using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>Something about a machine or a process that an operator should know.</summary>
/// <param name="Id">Short name that does not change.</param>
/// <param name="Severity">How much it matters.</param>
/// <param name="Where">What it is about: a device, a file, a process.</param>
/// <param name="Text">What is so, and what it costs.</param>
/// <param name="Remedy">What to do.</param>
internal sealed record Finding(string Id, Severity Severity, string Where, string Text, string Remedy);
