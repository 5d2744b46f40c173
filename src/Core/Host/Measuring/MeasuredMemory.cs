namespace Fast.Host;

/// <summary>What is mapped for DMA.</summary>
public enum MeasuredMemory
{
    /// <summary>A BAR.</summary>
    Bar,

    /// <summary>Ordinary memory in single pages: huge ones are advised against.</summary>
    Pages4K,

    /// <summary>Ordinary memory, huge pages advised.</summary>
    Thp,

    /// <summary>hugetlb pages of 2 MiB.</summary>
    Hugetlb2M,

    /// <summary>hugetlb pages of 1 GiB.</summary>
    Hugetlb1G,
}

/// <summary>One thing to measure.</summary>
public sealed record MeasureCase
{
    /// <summary>What is mapped.</summary>
    public MeasuredMemory Memory { get; init; }

    /// <summary>The BAR.</summary>
    public int Region { get; init; }

    /// <summary>First byte of the BAR.</summary>
    public ulong Offset { get; init; }

    /// <summary>How much.</summary>
    public required ulong Bytes { get; init; }

    /// <summary>How far the process's address is off the physical one, modulo 1 GiB; <see langword="null"/>: wherever mmap puts it.</summary>
    public ulong? VaSkew { get; init; } = 0;

    /// <summary>How far the device's address is off the physical one, modulo 1 GiB.</summary>
    public ulong IovaSkew { get; init; }
}
