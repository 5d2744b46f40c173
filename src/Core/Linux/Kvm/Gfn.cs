using System.Globalization;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A guest's frame number: guest physical address &gt;&gt; 12. Never a <see cref="Pfn"/>, which is the host's.</summary>
/// <param name="Value">The number.</param>
public readonly record struct Gfn(ulong Value) : IComparable<Gfn>
{
    /// <summary>The first byte of the frame as input of stage 2.</summary>
    public Iova AsTableInput => new(Value << Pfn.Shift);

    /// <summary>The frame <paramref name="pages"/> further on.</summary>
    public static Gfn operator +(Gfn gfn, ulong pages) => new(gfn.Value + pages);

    /// <inheritdoc/>
    public int CompareTo(Gfn other) => Value.CompareTo(other.Value);

    /// <summary>Orders by number.</summary>
    public static bool operator <(Gfn left, Gfn right) => left.Value < right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >(Gfn left, Gfn right) => left.Value > right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator <=(Gfn left, Gfn right) => left.Value <= right.Value;

    /// <summary>Orders by number.</summary>
    public static bool operator >=(Gfn left, Gfn right) => left.Value >= right.Value;

    /// <summary>The number in hexadecimal.</summary>
    public override string ToString() => "gfn 0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
