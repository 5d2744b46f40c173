namespace Fast.PageTables;

/// <summary>
/// Asks for a fused pin loop on a <see langword="partial"/> struct: read the runs of one table, write the largest leaves of another, in one pass.
/// Where the smallest leaf of the destination is larger than the source's, a run that it does not divide is refused as <see cref="MapStatus.Misaligned"/>.
/// </summary>
/// <example><c>[BatchPin(typeof(X64L4), typeof(VtdSs4))] public partial struct X64L4ToVtdSs4;</c></example>
/// <param name="source">The format that is read; it needs <see cref="Operations.Runs"/>.</param>
/// <param name="destination">The format that is written; it needs <see cref="Operations.Map"/>.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class BatchPinAttribute(Type source, Type destination) : Attribute
{
    /// <summary>The format that is read.</summary>
    public Type Source { get; } = source;

    /// <summary>The format that is written.</summary>
    public Type Destination { get; } = destination;
}
