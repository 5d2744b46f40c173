namespace Fast.Linux;

/// <summary>The profile in force for a release, and how far to trust it.</summary>
/// <param name="Version">What was asked for.</param>
/// <param name="Profile">What applies.</param>
/// <param name="Confidence">How far to trust it.</param>
/// <param name="Reason">Why, in one clause.</param>
public sealed record KernelChoice(KernelVersion Version, KernelProfile Profile, Confidence Confidence, string Reason);
