using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Lab;

/// <summary>The virtual machine of a guest, as QEMU's arguments.</summary>
internal sealed record QemuMachine
{
    /// <summary>BARs of the lab's devices, each a device of its own in an IOMMU group of its own.</summary>
    public ImmutableArray<ulong> Bars { get; init; } = [];

    /// <summary>Guest memory in MiB.</summary>
    public int MemoryMiB { get; init; } = 2048;

    /// <summary>Whether there is an IOMMU (VT-d).</summary>
    public bool HasIommu { get; init; } = true;

    /// <summary>Arguments besides.</summary>
    public ImmutableArray<string> More { get; init; } = [];

    /// <summary>Kernel arguments besides.</summary>
    public string Append { get; init; } = "";

    /// <summary>All arguments.</summary>
    /// <param name="kernel">The kernel's image.</param>
    /// <param name="image">The root file system.</param>
    /// <param name="console">Where the console is written.</param>
    /// <param name="monitor">The socket of QEMU's monitor, or <see langword="null"/>.</param>
    public ImmutableArray<string> Arguments(string kernel, string image, string console, string? monitor)
    {
        // -cpu max has pages of 1 GiB, without which no PUD leaf is made; with five levels the tables would be others.
        var arguments = ImmutableArray.CreateBuilder<string>();
        arguments.AddRange("-accel", "tcg", "-machine", "q35", "-cpu", "max,la57=off", "-smp", "1", "-m", $"{MemoryMiB}M", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot");
        // The guest's clock counts instructions, 1 ns each: its times repeat, and its timers work however slowly the host runs it.
        arguments.AddRange("-icount", "shift=0,sleep=off");
        arguments.AddRange("-serial", $"file:{console}", "-serial", "stdio");
        if (monitor is not null) arguments.AddRange("-qmp", $"unix:{monitor},server=on,wait=off");
        if (HasIommu) arguments.AddRange("-device", "intel-iommu,intremap=on,aw-bits=48");
        for (var i = 0; i < Bars.Length; i++)
        {
            // Larger than the host's memory: only what is touched is there.
            arguments.AddRange("-object", string.Create(CultureInfo.InvariantCulture, $"memory-backend-ram,id=bar{i},size={Bars[i]},share=on,reserve=off,prealloc=off"));
            arguments.AddRange("-device", string.Create(CultureInfo.InvariantCulture, $"ivshmem-plain,memdev=bar{i},addr={i + 5:x}"));
        }

        arguments.AddRange(More);
        arguments.AddRange("-kernel", kernel, "-initrd", image, "-append", $"console=ttyS0 quiet panic=-1 mitigations=off nokaslr tsc=reliable {(HasIommu ? "intel_iommu=on iommu=nopt " : "")}{Append}".TrimEnd());
        return arguments.ToImmutable();
    }
}
