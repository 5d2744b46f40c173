namespace Fast.Machines;

/// <summary>What decides where a guest's PCI window above 4 GiB is.</summary>
public enum WindowRule
{
    /// <summary>OVMF from November 2022 on: the top eighth of the address space, when the width of addresses can be believed.</summary>
    OvmfEighth,

    /// <summary>OVMF from August 2026 on (edk2 pull request 12997): the top quarter.</summary>
    OvmfQuarter,

    /// <summary>OVMF before: 32 GiB or X-PciMmio64Mb, aligned to its own size, above memory.</summary>
    OvmfClassic,

    /// <summary>SeaBIOS: from the end of memory on.</summary>
    SeaBios,

    /// <summary>The hole that QEMU states (<c>pci-hole64-size</c>), from the end of memory on, and nothing beyond it.</summary>
    QemuHole,

    /// <summary>No firmware places: a range that is given, which the kernel fills.</summary>
    Given,
}

/// <summary>What rules have in common.</summary>
public static class WindowRules
{
    /// <summary>Whether it is one of OVMF.</summary>
    public static bool IsOvmf(this WindowRule rule) => rule is WindowRule.OvmfEighth or WindowRule.OvmfQuarter or WindowRule.OvmfClassic;
}
