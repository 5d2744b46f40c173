namespace Fast.Linux;

/// <summary>What ordinary memory is made of.</summary>
public enum RamKind
{
    /// <summary>Single pages of 4 KiB.</summary>
    Pages4K,

    /// <summary>Transparent huge pages of 2 MiB where address and policy allow, single pages elsewhere.</summary>
    Thp,

    /// <summary>hugetlb pages of 2 MiB.</summary>
    Hugetlb2M,

    /// <summary>hugetlb pages of 1 GiB.</summary>
    Hugetlb1G,
}
