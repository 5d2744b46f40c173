using Fast.Host;

namespace Fast.Tests;

/// <summary>Probes are set, read and taken away through files that have the form of tracefs.</summary>
public sealed class KprobeCounterTests
{
    private string _root = "";
    private HostTree _tree = new();

    private string Tracing => _tree.PathOf("sys/kernel/tracing");

    [SetUp]
    public void CreateTree()
    {
        _root = Directory.CreateTempSubdirectory("fast-trace-").FullName;
        _tree = new HostTree(_root);
        Directory.CreateDirectory(_tree.PathOf("proc"));
        foreach (var probe in new[] { "iommu_map", "vaddr_get_pfns_isra_0" }) Directory.CreateDirectory(Path.Combine(Tracing, "events", "fast", probe));
        File.WriteAllText(Path.Combine(Tracing, "kprobe_events"), "");
        File.WriteAllText(_tree.PathOf("proc/kallsyms"), """
            0000000000000000 T iommu_map
            0000000000000000 t vaddr_get_pfns.isra.0	[vfio_iommu_type1]
            0000000000000000 t vaddr_get_pfns.isra.0.cold	[vfio_iommu_type1]
            0000000000000000 d follow_pte
            0000000000000000 t iommu_map_sg

            """);
    }

    [TearDown]
    public void DeleteTree() => Directory.Delete(_root, recursive: true);

    [Test]
    public void Functions_are_probed_by_the_names_that_the_compiler_left_them()
    {
        using (var counter = KprobeCounter.Start(_tree, ["iommu_map", "vaddr_get_pfns", "follow_pte"]))
        {
            Assert.That(File.ReadAllText(Path.Combine(Tracing, "kprobe_events")), Is.EqualTo("p:fast/iommu_map iommu_map\np:fast/vaddr_get_pfns_isra_0 vaddr_get_pfns.isra.0\n"));
            Assert.That(counter.Absent, Is.EqualTo(new[] { "follow_pte" }));
            Assert.That(File.ReadAllText(Path.Combine(Tracing, "events", "fast", "iommu_map", "enable")), Is.EqualTo("1"));
        }

        Assert.That(File.ReadAllText(Path.Combine(Tracing, "kprobe_events")), Does.EndWith("-:fast/iommu_map\n-:fast/vaddr_get_pfns_isra_0\n"));
        Assert.That(File.ReadAllText(Path.Combine(Tracing, "events", "fast", "iommu_map", "enable")), Is.EqualTo("0"));
    }

    [Test]
    public void Hits_and_misses_count_and_probes_of_others_do_not()
    {
        using var counter = KprobeCounter.Start(_tree, ["iommu_map", "vaddr_get_pfns"]);
        File.WriteAllText(Path.Combine(Tracing, "kprobe_profile"), """
              iommu_map                                                  12               0
              vaddr_get_pfns_isra_0                                 8388600               8
              somebody_else                                              99               0

            """);
        Assert.That(counter.Read(), Is.EquivalentTo(new Dictionary<string, long> { ["iommu_map"] = 12, ["vaddr_get_pfns"] = 8388608 }));
    }

    [Test]
    public void Without_tracefs_it_is_said_what_is_missing()
    {
        File.Delete(Path.Combine(Tracing, "kprobe_events"));
        Assert.That(() => KprobeCounter.Start(_tree, ["iommu_map"]), Throws.TypeOf<HostException>().With.Message.Contains("mount tracefs"));
    }

    [Test]
    public void A_kernel_without_any_of_the_functions_is_refused() =>
        Assert.That(() => KprobeCounter.Start(_tree, ["follow_pte"]), Throws.TypeOf<HostException>().With.Message.Contains("VFIO modules"));
}
