using System.Globalization;

namespace Fast.PageTables;

/// <summary>
/// An input address of a table: what a device, a guest or a CPU asks for. It is named after the device's view; for a CPU table it is
/// the virtual address, for a second stage the guest-physical one.
/// </summary>
/// <param name="Value">Bytes.</param>
public readonly record struct Iova(ulong Value) : IComparable<Iova>
{
    /// <summary>The address <paramref name="bytes"/> further on; wraps at 2^64 as the hardware does.</summary>
    public static Iova operator +(Iova iova, ulong bytes) => new(unchecked(iova.Value + bytes));

    /// <inheritdoc/>
    public int CompareTo(Iova other) => Value.CompareTo(other.Value);

    /// <summary>Orders by address.</summary>
    public static bool operator <(Iova left, Iova right) => left.Value < right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator >(Iova left, Iova right) => left.Value > right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator <=(Iova left, Iova right) => left.Value <= right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator >=(Iova left, Iova right) => left.Value >= right.Value;

    /// <summary>The address in hexadecimal.</summary>
    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
