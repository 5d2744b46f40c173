using System.Globalization;

namespace Fast.PageTables;

/// <summary>A page frame number: a physical (output) address divided by 4 KiB, whatever the granule of the format.</summary>
/// <param name="Value">Physical address &gt;&gt; 12.</param>
public readonly record struct Pfn(ulong Value) : IComparable<Pfn>
{
    /// <summary>log2 of the bytes that one frame number counts.</summary>
    public const int Shift = 12;

    /// <summary>The first byte of the frame.</summary>
    public PhysicalAddress Address => new(Value << Shift);

    /// <summary>The frame that holds <paramref name="address"/>.</summary>
    public static Pfn Of(PhysicalAddress address) => new(address.Value >> Shift);

    /// <summary>The frame <paramref name="pages"/> frames further on.</summary>
    public static Pfn operator +(Pfn pfn, ulong pages) => new(pfn.Value + pages);

    /// <inheritdoc/>
    public int CompareTo(Pfn other) => Value.CompareTo(other.Value);

    /// <summary>Orders by frame number.</summary>
    public static bool operator <(Pfn left, Pfn right) => left.Value < right.Value;

    /// <summary>Orders by frame number.</summary>
    public static bool operator >(Pfn left, Pfn right) => left.Value > right.Value;

    /// <summary>Orders by frame number.</summary>
    public static bool operator <=(Pfn left, Pfn right) => left.Value <= right.Value;

    /// <summary>Orders by frame number.</summary>
    public static bool operator >=(Pfn left, Pfn right) => left.Value >= right.Value;

    /// <summary>The frame number in hexadecimal.</summary>
    public override string ToString() => "pfn 0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
