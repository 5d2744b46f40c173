using System.Globalization;
using Fast.PageTables;

namespace Fast.Linux;

/// <summary>A virtual address of a process: what the CPU translates. Never an <see cref="Iova"/>, which a device translates.</summary>
/// <param name="Value">Bytes.</param>
public readonly record struct Va(ulong Value) : IComparable<Va>
{
    /// <summary>The address as input of the CPU's page table.</summary>
    public Iova AsTableInput => new(Value);

    /// <summary>The address <paramref name="bytes"/> further on; wraps at 2^64.</summary>
    public static Va operator +(Va va, ulong bytes) => new(unchecked(va.Value + bytes));

    /// <inheritdoc/>
    public int CompareTo(Va other) => Value.CompareTo(other.Value);

    /// <summary>Orders by address.</summary>
    public static bool operator <(Va left, Va right) => left.Value < right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator >(Va left, Va right) => left.Value > right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator <=(Va left, Va right) => left.Value <= right.Value;

    /// <summary>Orders by address.</summary>
    public static bool operator >=(Va left, Va right) => left.Value >= right.Value;

    /// <summary>The address in hexadecimal.</summary>
    public override string ToString() => "0x" + Value.ToString("x", CultureInfo.InvariantCulture);
}
