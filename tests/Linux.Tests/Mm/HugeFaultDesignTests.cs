using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>The designs for huge faults that "Huge remap_pfn_range for vfio-pci" (2024) weighs, beside the one that Linux took: what each of them costs.</summary>
public class HugeFaultDesignTests
{
    private const ulong Physical = 64 * G1;
    private const ulong At = 128 * G1;
    private const string Document = "huge-faults.md";

    private static readonly (BarFault Design, string Name)[] Designs =
    [
        (BarFault.HugeOrders, "`huge_fault` (taken)"),
        (BarFault.EarlyFlag, "flag: handler called early"),
        (BarFault.EarlyMethod, "separate method"),
        (BarFault.RemapOverTables, "remap overwrites tables"),
    ];

    /// <summary>docs/huge-faults.md shows it; FAST_UPDATE_SNAPSHOTS=1 rewrites it.</summary>
    [Test]
    public void The_table_in_the_documents_is_what_the_model_counts()
    {
        var lines = new List<string>
        {
            "| design | faults | handler calls | entries overwritten | leaves | decode off: tables that stay | on again: faults | after mprotect of one page: faults | entries overwritten | leaves | 1 GiB over the tables of small leaves |",
            "|---|---|---|---|---|---|---|---|---|---|---|",
        };
        lines.AddRange(Designs.Select(design => Row(design.Design, design.Name)));
        var table = string.Join('\n', lines) + "\n";
        var path = Repository.At("docs", Document);
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var start = text.IndexOf("| design |", StringComparison.Ordinal);
        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal) + 1;
        if (Environment.GetEnvironmentVariable("FAST_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, text[..start] + table + text[end..]);
        else Assert.That(text[start..end], Is.EqualTo(table));
    }

    [Test]
    public void Every_design_leads_to_the_same_frames([Values(BarFault.HugeOrders, BarFault.EarlyFlag, BarFault.EarlyMethod, BarFault.RemapOverTables)] BarFault design, [Values(0UL, M2, K4)] ulong skew)
    {
        using var rig = Rig(design);
        rig.Mmap(At + skew - K4, Physical - K4, M2 * 5);
        rig.Warm(At + skew - K4, M2 * 5);
        for (ulong offset = 0; offset < 5 * M2; offset += K4)
            Assert.That(rig.Mm.Table.Translate(new Iova(At + skew - K4 + offset)).Value, Is.EqualTo(Physical - K4 + offset));
    }

    [Test]
    public void No_design_maps_a_device_that_does_not_answer([Values(BarFault.HugeOrders, BarFault.EarlyFlag, BarFault.EarlyMethod, BarFault.RemapOverTables)] BarFault design)
    {
        using var rig = Rig(design);
        rig.Mmap(At, Physical, G1);
        rig.Device.SetMemoryDecode(false);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: false), Is.EqualTo(Errno.EFAULT));
        rig.Device.SetMemoryDecode(true);
        Assert.That(rig.Mm.FixupUserFault(new Va(At), write: false), Is.EqualTo(Errno.None));
    }

    [Test]
    public void The_THP_policy_holds_for_every_design([Values(BarFault.HugeOrders, BarFault.EarlyFlag, BarFault.EarlyMethod, BarFault.RemapOverTables)] BarFault design)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux612 with { BarFault = design }, thp: ThpPolicy.Never);
        rig.Mmap(At, Physical, 2 * M2);
        rig.Warm(At, 2 * M2);
        Assert.That(Leaves(rig), Is.EqualTo("1024 x 4K"));
    }

    private static string Row(BarFault design, string name)
    {
        // One page before and one behind two leaves of 1 GiB: the small ends of the thread.
        const ulong bytes = (2 * G1) + (2 * K4);
        using var rig = Rig(design);
        var empty = rig.Mm.Table.Arena.TablesInUse;
        rig.Mmap(At - K4, Physical - K4, bytes);
        rig.Mm.FixupUserFault(new Va(At + M2), write: false);
        Touch(rig, bytes);
        var (cold, leaves) = (rig.Counters, Leaves(rig));
        var cells = $"{cold.Map.Faults} | {cold.Mm.HandlerCalls} | {cold.Mm.EntriesOverwritten} | {leaves}";

        rig.Device.SetMemoryDecode(false);
        cells += $" | {rig.Mm.Table.Arena.TablesInUse - empty}";
        rig.Device.SetMemoryDecode(true);
        rig.Counters.Reset();
        Touch(rig, bytes);
        Assert.That(Leaves(rig), Is.EqualTo(leaves), "I-refault");
        cells += $" | {rig.Mapped.Faults}";

        rig.Mm.Mprotect(new Va(At + M2), K4, AreaFlags.Read);
        rig.Counters.Reset();
        rig.Mm.FixupUserFault(new Va(At + (2 * M2)), write: false);
        Touch(rig, bytes);
        return $"| {name} | {cells} | {rig.Mapped.Faults} | {rig.Counters.Mm.EntriesOverwritten} | {Leaves(rig)} | {OverOldTables(design)} |";
    }

    /// <summary>How 1 GiB is mapped in which huge leaves were unwanted at first: the tables that small ones needed still stand.</summary>
    private static string OverOldTables(BarFault design)
    {
        using var rig = Rig(design);
        rig.Mmap(At, Physical, G1, ReadWrite | AreaFlags.NoHugePage);
        rig.Warm(At, K4);
        rig.Device.SetMemoryDecode(false);
        rig.Device.SetMemoryDecode(true);
        Assert.That(rig.Mm.Madvise(new Va(At), G1, AreaFlags.HugePageAdvised), Is.EqualTo(Errno.None));
        rig.Warm(At, G1);
        return Leaves(rig);
    }

    private static LinuxRig Rig(BarFault design) => new(KernelProfiles.Linux612 with { BarFault = design });

    private static void Touch(LinuxRig rig, ulong bytes) => Assert.That(rig.Mm.Populate(new Va(At - K4), bytes, write: false), Is.EqualTo(Errno.None));

    private static string Leaves(LinuxRig rig)
    {
        var counts = rig.Mm.Table.CountLeaves(IovaRange.Inclusive(new Iova(0), new Iova(AddressSpace.LastUserByte)));
        return string.Join(", ", new[] { "4K", "2M", "1G" }.Select((size, level) => (Size: size, Count: counts[level])).Where(leaf => leaf.Count != 0).Select(leaf => $"{leaf.Count} x {leaf.Size}"));
    }
}
