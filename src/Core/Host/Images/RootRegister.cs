using Fast.PageTables;

namespace Fast.Host;

/// <summary>Where tables begin, taken out of the register or table entry that says so: CR3, EPTP, TTBR, satp, a device table entry.</summary>
public static class RootRegister
{
    private const ulong PageFrame = 0x000f_ffff_ffff_f000;
    private const int SatpPpnBits = 44;

    /// <summary>The root word for walks.</summary>
    /// <param name="facts">The format.</param>
    /// <param name="register">The register's value, or the plain address.</param>
    /// <param name="root">The root word.</param>
    /// <param name="error">What is wrong with it, or <see langword="null"/>.</param>
    public static bool TryRead(FormatFacts facts, ulong register, out ulong root, out string? error)
    {
        ArgumentNullException.ThrowIfNull(facts);
        error = null;
        root = facts.Name switch
        {
            // Intel SDM volume 3, 4.4.1: the four pointers of PAE lie on 32 bytes.
            "x86-pae" => register & 0xffff_ffe0,
            "x86-32" => register & 0xffff_f000,
            "amd-v1" => DeviceTableEntry(register, out error),
            var name when name.StartsWith("armv8", StringComparison.Ordinal) => TranslationTableBase(facts, register),
            var name when name.StartsWith("riscv", StringComparison.Ordinal) => AddressTranslation(facts, register),
            // PCID, EPTP's memory type and walk length, LAM and no-flush bits lie outside the frame (SDM volume 3, 2.5 and 26.6.11).
            _ => register & PageFrame,
        };
        return error is null;
    }

    /// <summary>AMD 48882, 2.2.2.1: the mode in bits 11:9 is the number of levels.</summary>
    private static ulong DeviceTableEntry(ulong entry, out string? error)
    {
        var levels = (int)(entry >> 9) & 7;
        error = levels is >= 1 and <= 6 ? null : $"0x{entry:x} is no device table entry with host tables: its mode (bits 11:9) is {levels}, not 1 to 6 levels; give the first 8 bytes of the entry, for example 0x{(entry & PageFrame) | (4 << 9) | 3:x} for 4 levels";
        return (entry & PageFrame) | (uint)Math.Max(0, levels - 1);
    }

    /// <summary>Arm DDI 0487, D19.2 TTBR0_EL1: ASID in 63:48, CnP in bit 0; with 52-bit addresses bits 51:48 stand in 5:2.</summary>
    private static ulong TranslationTableBase(FormatFacts facts, ulong register) =>
        facts.OutputBits > 48 ? (register & 0x0000_ffff_ffff_ffc0) | ((register >> 2 & 0xf) << 48) : register & 0x0000_ffff_ffff_fffe;

    /// <summary>RISC-V privileged specification, satp and hgatp: a mode in 63:60, then the frame number. Without a mode it is a plain address.</summary>
    private static ulong AddressTranslation(FormatFacts facts, ulong register)
    {
        var address = register >> 60 == 0 ? register : (register & ((1UL << SatpPpnBits) - 1)) << Pfn.Shift;
        // Stage-2 tree are four pages (hgatp, low two bits of the frame number are zero).
        return address & ~((ulong)facts.Levels[facts.TopLevel].TableBytes - 1);
    }
}
