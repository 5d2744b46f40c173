using System.Globalization;

namespace Fast.Tests.Machine;

/// <summary>
/// The files of a machine in a folder of its own: a host with an H100 behind a root port, bound to vfio-pci, on the newest kernel, with nothing that would make its BAR slow to map; and a VM that has it.
/// Tests change what they are about.
/// </summary>
internal sealed class FakeMachine : IDisposable
{
    public const int Vm = 4242;
    public const string Gpu = "0000:3b:00.0";
    public const string Port = "0000:3a:00.0";
    public const ulong BarStart = 0x2_0000_0000_0000;
    public const ulong BarVa = 0x7e00_0000_0000;
    private const string Memory = "/dev/shm";
    private const string Zero = "0x0000000000000000 0x0000000000000000 0x0000000000000000";

    public FakeMachine()
    {
        // Hundreds of small files: in memory where there is such a place.
        Root = Directory.Exists(Memory) ? Directory.CreateDirectory(Path.Combine(Memory, $"fast-machine-{Guid.NewGuid():N}")).FullName : Directory.CreateTempSubdirectory("fast-machine-").FullName;
        Kernel("7.3.4");
        Write("proc/cmdline", "BOOT_IMAGE=/vmlinuz root=/dev/sda1 intel_iommu=on");
        Cpu(52, "fpu vmx la57");
        Write("proc/meminfo", "MemTotal:       1056505860 kB\nMemFree:         1000 kB\n");
        Write("proc/iomem", "00001000-0009ffff : System RAM\n1000000000000-2ffffffffffff : PCI Bus 0000:3a\n  2000000000000-2003fffffffff : PCI Bus 0000:3b\n    2000000000000-2001fffffffff : 0000:3b:00.0\n      2000000000000-2001fffffffff : vfio-pci\n");
        Thp("[always] madvise never");
        Write("sys/kernel/mm/hugepages/hugepages-2048kB/nr_hugepages", "8");
        Write("sys/kernel/mm/hugepages/hugepages-2048kB/free_hugepages", "5");
        Write("sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages", "4");
        Write("sys/kernel/mm/hugepages/hugepages-1048576kB/free_hugepages", "0");
        Write("sys/module/vfio_pci/refcnt", "1");
        Write("sys/module/vfio_iommu_type1/parameters/disable_hugepages", "N");
        Write("sys/module/vfio_iommu_type1/parameters/dma_entry_limit", "65535");
        // SLLPS 2M and 1G, MGAW 57, SAGAW 48 and 57 bits.
        VtdCapability(0xcul << 32 | 56UL << 16 | 0xc << 8);
        Function(Port, "0x060400", "0x8086", "0x347a", "pcieport", above: null, group: 41, [.. Enumerable.Repeat(Zero, 13), "0x0000000000000000 0x0000000000000000 0x0000000000000000", "0x00000000a0000000 0x00000000a1ffffff 0x0000000000000200", "0x0002000000000000 0x0002003fffffffff 0x0000000000102201"]);
        Function(Gpu, "0x030200", "0x10de", "0x2330", "vfio-pci", Port, 42, Bar(0x2_0020_0200_0000, 16UL << 20), Zero, Bar(BarStart, 128UL << 30), Zero, Bar(0x2_0020_0000_0000, 32UL << 20), Zero);
        Process("qemu-system-x86", BarVa, 128UL << 30, "rd wr sh mr mw me ms pf io de dd hg");
    }

    public string Root { get; }

    public FakeMachine Kernel(string release) => Write("proc/sys/kernel/osrelease", release);

    public FakeMachine Thp(string text) => Write("sys/kernel/mm/transparent_hugepage/enabled", text);

    public FakeMachine Cpu(int bits, string flags) => Write("proc/cpuinfo", string.Create(CultureInfo.InvariantCulture, $"processor\t: 0\nmodel name\t: A processor\nflags\t\t: {flags}\naddress sizes\t: {bits} bits physical, 57 bits virtual\n\nprocessor\t: 1\nflags\t\t: none\n"));

    public FakeMachine VtdCapability(ulong capability) => Write("sys/class/iommu/dmar0/intel-iommu/cap", capability.ToString("x", CultureInfo.InvariantCulture));

    /// <summary>A line of a resource file: a 64-bit prefetchable memory BAR.</summary>
    public static string Bar(ulong start, ulong bytes, ulong flags = 0x14220c) => string.Create(CultureInfo.InvariantCulture, $"0x{start:x16} 0x{start + bytes - 1:x16} 0x{flags:x16}");

    /// <summary>A BAR without an address.</summary>
    public static string NoAddress(ulong bytes) => Bar(0, bytes, 0x2014220c);

    /// <summary>The GPU's BARs.</summary>
    public FakeMachine GpuBars(params string[] resource) => Write($"sys/devices/pci0000:3a/{Port}/{Gpu}/resource", string.Join('\n', resource) + "\n");

    /// <summary>A file of the GPU's folder.</summary>
    public FakeMachine GpuFile(string name, string text) => Write($"sys/devices/pci0000:3a/{Port}/{Gpu}/{name}", text);

    /// <summary>A function, its folder where the bridge above says.</summary>
    public FakeMachine Function(string address, string classCode, string vendor, string device, string? driver, string? above, int? group, params string[] resource)
    {
        var folder = $"sys/devices/pci0000:3a/{(above is null ? "" : above + "/")}{address}";
        Write($"{folder}/class", classCode);
        Write($"{folder}/vendor", vendor);
        Write($"{folder}/device", device);
        Write($"{folder}/resource", string.Join('\n', resource) + "\n");
        if (driver is not null) Link($"{folder}/driver", $"../../../../bus/pci/drivers/{driver}");
        Link($"sys/bus/pci/devices/{address}", $"../../../devices/pci0000:3a/{(above is null ? "" : above + "/")}{address}");
        if (group is not { } number) return this;
        Link($"{folder}/iommu_group", string.Create(CultureInfo.InvariantCulture, $"../../../../kernel/iommu_groups/{number}"));
        Write(string.Create(CultureInfo.InvariantCulture, $"sys/kernel/iommu_groups/{number}/type"), "DMA-FQ");
        Write(string.Create(CultureInfo.InvariantCulture, $"sys/kernel/iommu_groups/{number}/reserved_regions"), "0x00000000fee00000 0x00000000feefffff msi\n");
        return Write(string.Create(CultureInfo.InvariantCulture, $"sys/kernel/iommu_groups/{number}/devices/{address}"), "");
    }

    /// <summary>The VM: 4 GiB of memory in 1 GiB pages, and BAR 2.</summary>
    public FakeMachine Process(string name, ulong barVa, ulong barBytes, string barFlags, string memory = "KernelPageSize:  1048576 kB\nRss: 0 kB\nShared_Hugetlb:  4194304 kB\n", string capabilities = "0000000000000000", string memlock = "unlimited", ulong pageTables = 600, string more = "")
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"proc/{Vm}");
        Write($"{folder}/comm", name);
        Write($"{folder}/status", string.Create(CultureInfo.InvariantCulture, $"Name:\t{name}\nVmPin:\t 4194304 kB\nVmLck:\t       0 kB\nVmRSS:\t  123456 kB\nVmPTE:\t    {pageTables} kB\nCapEff:\t{capabilities}\n{more}"));
        Write($"{folder}/limits", $"Limit                     Soft Limit           Hard Limit           Units     \nMax locked memory         {memlock,-20} {memlock,-20} bytes     \n");
        var end = barVa + barBytes;
        Write($"{folder}/smaps", string.Create(CultureInfo.InvariantCulture, $"""
            100000000-200000000 rw-s 00000000 00:0f 12   /dev/hugepages/ram
            Size:            4194304 kB
            {memory}VmFlags: rd wr sh mr mw me ms de ht
            {barVa:x}-{end:x} rw-s 20000000000 00:0f 1057   anon_inode:[vfio-device]
            Size:            {barBytes >> 10} kB
            KernelPageSize:        4 kB
            Rss:                   0 kB
            VmFlags: {barFlags}
            7ffde5f1f000-7ffde5f40000 rw-p 00000000 00:00 0                          [stack]
            Rss:                  20 kB

            """));
        Open(10, "/dev/vfio/vfio");
        Open(11, "/dev/vfio/42");
        return Open(12, "anon_inode:[vfio-device]");
    }

    /// <summary>A file that the VM has open.</summary>
    public FakeMachine Open(int number, string target) => Link(string.Create(CultureInfo.InvariantCulture, $"proc/{Vm}/fd/{number}"), target);

    public FakeMachine Write(string path, string text)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
        return this;
    }

    public FakeMachine Link(string path, string target)
    {
        var full = Path.Combine(Root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        if (new FileInfo(full).LinkTarget is not null) File.Delete(full);
        File.CreateSymbolicLink(full, target);
        return this;
    }

    public FakeMachine Delete(string path)
    {
        var full = Path.Combine(Root, path);
        if (Directory.Exists(full) && new DirectoryInfo(full).LinkTarget is null) Directory.Delete(full, recursive: true);
        else File.Delete(full);
        return this;
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
