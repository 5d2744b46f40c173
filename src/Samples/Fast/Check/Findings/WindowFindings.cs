using System.Globalization;
using System.Numerics;
using Fast.Host;
using Fast.Machines;

namespace Fast.Tool.Check;

/// <summary>Whether the devices of this machine fit into a guest's address space as its firmware divides it.</summary>
internal static class WindowFindings
{
    // OVMF limits the width to 46 bits where page tables have four levels (edk2, PlatformInitLib).
    private const int FourLevelBits = 46;

    // Its 64-bit window was an eighth of the space; a quarter since August 2026.
    private const int OldShare = 8;
    private const int NewShare = 4;

    /// <summary>What holds.</summary>
    public static IEnumerable<Finding> Of(CheckFacts facts)
    {
        if (facts.Machine.Cpu.PhysicalBits is not { } bits) yield break;
        var devices = facts.Relevant.Where(function => function.IsAccelerator).ToList();
        // A root port gets a window that is a power of two.
        var needed = devices.Aggregate(0UL, (sum, function) => sum + RoundedUp(function));
        var usable = facts.Machine.Cpu.HasFiveLevels && facts.Machine.Parameter("no5lvl") is null ? bits : Math.Min(bits, FourLevelBits);
        var window = (1UL << Math.Min(usable, 62)) / OldShare;
        if (devices.Count == 0 || needed <= window) yield break;
        var levels = usable < bits ? string.Create(CultureInfo.InvariantCulture, $" ({bits}-bit processors, but OVMF uses {usable} bits with four-level page tables)") : "";
        yield return new Finding(
            "guest-window-too-small", needed > window * (OldShare / NewShare) ? Severity.Error : Severity.Warning, Numbers.Count(devices.Count, "accelerator"),
            string.Create(CultureInfo.InvariantCulture, $"a guest with all of them needs {Numbers.Bytes(needed)} of 64-bit window; OVMF gives an eighth of {usable} address bits, {Numbers.Bytes(window)}, since August 2026 a quarter{levels}: BARs stay without an address"),
            "-fw_cfg name=opt/ovmf/X-PciMmio64Mb,string=… and a guest address width that holds it (host-phys-bits=on); 'fast fit' finds the smallest setting");
    }

    private static ulong RoundedUp(PciFunctionFacts function) => BitOperations.RoundUpToPowerOf2(function.Bars.Where(bar => bar.Is64).Aggregate(0UL, (sum, bar) => sum + bar.Bytes));
}
