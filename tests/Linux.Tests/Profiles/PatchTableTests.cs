using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Which counter each of the five patches moves, as the table that docs/vfio-path.md shows. FAST_UPDATE_SNAPSHOTS=1 rewrites it.</summary>
public class PatchTableTests
{
    private const ulong Physical = 1024 * G1;
    private const ulong Ram = 16 * G1;
    private const ulong At = 512 * G1;
    private const ulong Device = 64 * G1;
    private static readonly Dictionary<VfioPatches, KernelCounters> s_bars = [];
    private static readonly string[] s_sets = ["none", "1", "1..2", "1..3", "1..4", "1..5"];

    private static readonly (string What, Func<KernelProfile, string> Count)[] s_rows =
    [
        ("BAR of 1 GiB, warm: `vaddr_get_pfns`", profile => $"{Bar(profile).Map.VaddrGetPfns}"),
        ("… `pin_user_pages_remote`, each refused", profile => $"{Bar(profile).Map.GupAttempts}"),
        ("… `follow_pfnmap_start`", profile => $"{Bar(profile).Map.Lookups}"),
        ("… what it says of the leaf", profile => LeafSize(profile)),
        ("… `iommu_map`", profile => $"{Bar(profile).Map.IommuMapCalls}"),
        ("… unmapped: `iommu_iova_to_phys`", profile => $"{Bar(profile).Unmap.IovaToPhys}"),
        ("memory of 1 GiB, contiguous: `pin_user_pages_remote`", profile => $"{Memory(profile, G1, 1, FailureScript.None).GupAttempts}"),
        ("… pages pinned", profile => $"{Memory(profile, G1, 1, FailureScript.None).Pins}"),
        ("memory of 512 pages with a jump, no page for the batch: pages pinned", profile => $"{Memory(profile, M2, 2, FailureScript.Of(FailurePoint.Batch, 1)).Pins}"),
        ("a pin of memory yields zero pages", profile => Zero(profile)),
        ("a page held externally (`vfio_pin_pages`): `vaddr_get_pfns`", profile => $"{External(profile)}"),
        ("BAR of 2 MiB with `disable_hugepages`: `vaddr_get_pfns`", profile => $"{PageByPage(profile).VaddrGetPfns}"),
        ("… `iommu_map`", profile => $"{PageByPage(profile).IommuMapCalls}"),
    ];

    [Test]
    public void The_table_of_patches_is_what_the_path_counts()
    {
        var lines = new List<string> { "| counted | 6.12 | + patch 1 | + 2 | + 3 | + 4 | + 5 (6.15) |", "|---|---|---|---|---|---|---|" };
        foreach (var (what, count) in s_rows)
        {
            var cells = s_sets.Select(set => count(Profile(set))).ToList();
            // What a patch moves stands out.
            lines.Add($"| {what} | {string.Join(" | ", cells.Select((cell, index) => index > 0 && cell != cells[index - 1] ? $"**{cell}**" : cell))} |");
        }

        var table = string.Join('\n', lines) + "\n";
        var path = Repository.At("docs", "vfio-path.md");
        var text = File.ReadAllText(path).ReplaceLineEndings("\n");
        var start = text.IndexOf("| counted |", StringComparison.Ordinal);
        var end = text.IndexOf("\n\n", start, StringComparison.Ordinal) + 1;
        if (Environment.GetEnvironmentVariable("FAST_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(path, text[..start] + table + text[end..]);
        else Assert.That(text[start..end], Is.EqualTo(table));
    }

    private static KernelProfile Profile(string set)
    {
        Assert.That(VfioPatchSet.TryParse(set, out var patches, out var error), Is.True, error);
        return KernelProfiles.Linux612 with { Patches = patches };
    }

    private static KernelCounters Bar(KernelProfile profile)
    {
        if (s_bars.TryGetValue(profile.Patches, out var known)) return known;
        using var rig = new LinuxRig(profile);
        rig.Mmap(At, Physical, G1);
        rig.Warm(At, G1);
        Assert.That((rig.Map(Device, At, G1), rig.Unmap(Device, G1)), Is.EqualTo((Errno.None, Errno.None)));
        return s_bars[profile.Patches] = rig.Counters;
    }

    private static string LeafSize(KernelProfile profile)
    {
        using var rig = new LinuxRig(profile);
        var area = rig.Mmap(At, Physical, G1);
        rig.Warm(At, G1);
        Assert.That(rig.Mm.FollowPfnmapStart(area, area.Start, out var entry), Is.EqualTo(Errno.None));
        return entry.PageMask == PageSize.Size1G.PageMask ? "1G" : "nothing";
    }

    private static MapCounters Memory(KernelProfile profile, ulong bytes, int runs, FailureScript script)
    {
        using var rig = new LinuxRig(profile, failures: script);
        rig.MmapRam(At, RamKind.Pages4K, RamScenarioTests.Broken(K4, bytes, runs));
        Assert.That(rig.Map(Device, At, bytes), Is.EqualTo(Errno.None));
        return rig.Mapped;
    }

    private static string Zero(KernelProfile profile)
    {
        using var rig = new LinuxRig(profile, failures: FailureScript.Of(FailurePoint.Gup, 1, 0));
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        var errno = rig.Map(Device, At, M2);
        return rig.Counters.Bugs.HasFlag(KnownBugs.ZeroPinIsAFrame) ? "a frame nobody wrote" : errno.ToString();
    }

    private static long External(KernelProfile profile)
    {
        using var rig = new LinuxRig(profile);
        rig.MmapRam(At, RamKind.Pages4K, (Ram, M2));
        rig.Container.AttachEmulated(new Mdev());
        rig.Map(Device, At, M2);
        rig.Counters.Reset();
        Assert.That(rig.Container.PinPages(new Iova(Device), Permissions.Read, new Pfn[1]), Is.EqualTo(Errno.None));
        return rig.Mapped.VaddrGetPfns;
    }

    private static MapCounters PageByPage(KernelProfile profile)
    {
        using var rig = new LinuxRig(profile);
        rig.Mmap(At, Physical, M2);
        rig.Warm(At, M2);
        rig.Container.DisablesHugepages = true;
        Assert.That(rig.Map(Device, At, M2), Is.EqualTo(Errno.None));
        return rig.Mapped;
    }
}
