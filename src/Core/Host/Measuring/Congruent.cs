namespace Fast.Host;

/// <summary>Addresses that are congruent to others modulo 1 GiB, the largest leaf of a process's page table.</summary>
public static class Congruent
{
    /// <summary>The modulus.</summary>
    public const ulong Modulus = 1UL << 30;

    /// <summary>The lowest address at or above <paramref name="least"/> whose offset within its GiB is <paramref name="offset"/> modulo 1 GiB.</summary>
    public static ulong AtOrAbove(ulong least, ulong offset) => least + ((offset - least) & (Modulus - 1));

    /// <summary>How far <paramref name="address"/> is off <paramref name="other"/>, modulo 1 GiB.</summary>
    public static ulong Skew(ulong address, ulong other) => (address - other) & (Modulus - 1);
}
