using System.Text.Json.Serialization;
using Fast.PageTables;

namespace Fast.Lab;

/// <summary>One case on one kernel: a part of a BAR, or memory, mapped and unmapped twice.</summary>
internal sealed record LabRow
{
    /// <summary>What stands for a mmap that chooses no address.</summary>
    public const string Natural = "natural";

    /// <summary>What stands for a BAR.</summary>
    public const string Bar = "bar";

    /// <summary>The kernel, by its version.</summary>
    public required string Kernel { get; init; }

    /// <summary><see cref="Bar"/>, or a kind of memory as <c>fast map --ram</c> names it.</summary>
    public string Memory { get; init; } = Bar;

    /// <summary>Size of the BAR.</summary>
    public ulong BarBytes { get; init; }

    /// <summary>How much is mapped.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>First byte of the BAR.</summary>
    public ulong Offset { get; init; }

    /// <summary>Where the mmap is off, or <see cref="Natural"/>.</summary>
    public string VaSkew { get; init; } = "0";

    /// <summary>Where the device address is off.</summary>
    public ulong IovaSkew { get; init; }

    /// <summary>transparent_hugepage/enabled.</summary>
    public string Thp { get; init; } = "always";

    /// <summary>Whether there is such a case.</summary>
    [JsonIgnore]
    public bool IsPossible => Memory != Bar || (Offset < BarBytes && Bytes <= BarBytes - Offset);

    /// <summary>What it is, for people.</summary>
    [JsonIgnore]
    public string Title => Memory == Bar
        ? $"{Size(Bytes)} of {Size(BarBytes)}{(Offset == 0 ? "" : $" at {Size(Offset)}")}{(VaSkew == "0" ? "" : VaSkew == Natural ? ", mmap anywhere" : $", mmap off {VaSkew}")}{Iova}{(Thp == "always" ? "" : $", thp {Thp}")}"
        : $"{Size(Bytes)} of memory ({Memory}){Iova}";

    private string Iova => IovaSkew == 0 ? "" : $", iova off {Size(IovaSkew)}";

    private static string Size(ulong bytes) => BinarySize.Format(bytes);
}
