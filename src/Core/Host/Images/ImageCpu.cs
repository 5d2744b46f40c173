namespace Fast.Host;

/// <summary>The control registers of a guest's processor, as QEMU's note in a dump has them.</summary>
/// <param name="Cr0">Paging and protection.</param>
/// <param name="Cr3">The root table, with PCID or cache attributes in the low bits.</param>
/// <param name="Cr4">Extensions: bit 12 is LA57 (five levels), bit 5 PAE.</param>
public readonly record struct ImageCpu(ulong Cr0, ulong Cr3, ulong Cr4)
{
    private const ulong Pg = 1UL << 31;
    private const ulong Pae = 1 << 5;
    private const ulong La57 = 1 << 12;

    /// <summary>Whether paging is on.</summary>
    public bool IsPaging => (Cr0 & Pg) != 0;

    /// <summary>Id of the format that the processor walks.</summary>
    /// <param name="longMode">Whether it is a 64-bit one; the registers do not say, the dump's header does.</param>
    public string FormatId(bool longMode) => (longMode, Cr4 & La57, Cr4 & Pae) switch
    {
        (true, not 0, _) => "x86-64-5l",
        (true, 0, _) => "x86-64-4l",
        (false, _, not 0) => "x86-pae",
        _ => "x86-32",
    };
}
