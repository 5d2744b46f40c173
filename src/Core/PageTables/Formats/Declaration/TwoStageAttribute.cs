namespace Fast.PageTables;

/// <summary>
/// Asks for a walk through two stages on a <see langword="partial"/> struct: stage 1 translates to guest-physical addresses, and every address that it yields or
/// reads a table at is translated by stage 2. The struct then implements <see cref="ITwoStageWalk{TFirst, TSecond}"/>.
/// </summary>
/// <example><c>[TwoStage(typeof(X64L4), typeof(EptL4))] public partial struct X64L4OverEptL4;</c></example>
/// <param name="first">The format of stage 1; it needs <see cref="Operations.Walk"/>.</param>
/// <param name="second">The format of stage 2; it needs <see cref="Operations.Walk"/>.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class TwoStageAttribute(Type first, Type second) : Attribute
{
    /// <summary>The format of stage 1.</summary>
    public Type First { get; } = first;

    /// <summary>The format of stage 2.</summary>
    public Type Second { get; } = second;
}
