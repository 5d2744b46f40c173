namespace Fast.Machines;

/// <summary>What counted steps cost.</summary>
/// <param name="Instructions">Instructions of the kernel.</param>
/// <param name="Seconds">The time that they take.</param>
public readonly record struct Price(double Instructions, Seconds Seconds)
{
    /// <summary>One after the other.</summary>
    public static Price operator +(Price left, Price right) => new(left.Instructions + right.Instructions, left.Seconds + right.Seconds);
}
