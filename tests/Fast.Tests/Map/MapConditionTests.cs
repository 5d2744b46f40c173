using System.Text.Json;

namespace Fast.Tool.Tests.Map;

/// <summary>What `fast map` does with memory, holes, limits, failures, domains and iommufd.</summary>
internal sealed class MapConditionTests
{
    [TestCase("4K", 512, 262_144, "6.1", 262_144)]
    [TestCase("thp", 512, 512, "7.3", 512)]
    [TestCase("2M", 512, 512, "6.12", 512)]
    [TestCase("1G", 512, 1, "7.3", 512)]
    public void Memory_is_pinned_512_pages_at_a_time(string kind, long calls, long faults, string kernel, long grabs)
    {
        var map = ToolRun.Json("map", "--size", "1G", "--ram", kind, "--kernel", kernel).GetProperty("map");
        Assert.That(
            (Value(map, "gupAttempts"), Value(map, "faults"), Value(map, "pins"), Value(map, "folioGrabs"), Value(map, "chunks")),
            Is.EqualTo((calls, faults, 262_144L, grabs, 1L)));
    }

    [Test]
    public void A_hole_is_EFAULT_and_a_limit_ENOMEM_and_a_jump_a_chunk()
    {
        Assert.That(Errno("map", "--size", "4M", "--holes", "1"), Is.EqualTo("EFAULT"));
        Assert.That(Errno("map", "--size", "4M", "--holes", "1", "--path", "fast"), Is.EqualTo("EFAULT"));
        Assert.That(Errno("map", "--size", "4M", "--ram", "thp", "--memlock", "2M"), Is.EqualTo("ENOMEM"));
        Assert.That(Errno("map", "--size", "4M", "--memlock", "0"), Is.Null, "a BAR is not charged");
        var document = ToolRun.Json("map", "--size", "4M", "--break-every", "1M", "--domains", "2");
        Assert.That((Value(document.GetProperty("map"), "chunks"), Value(document.GetProperty("map"), "iommuMapCalls")), Is.EqualTo((4L, 8L)));
    }

    [TestCase("map:1", "ENOMEM")]
    [TestCase("page:3", "EFAULT")]
    [TestCase("signal:1", "EINTR")]
    [TestCase("lock:1", "EINTR")]
    [TestCase("table:2", "ENOMEM")]
    [TestCase("gup:1=0", "EFAULT")]
    [TestCase("gup:1=7", null)]
    public void A_script_says_what_fails(string script, string? errno) =>
        Assert.That(Errno("map", "--size", "4M", "--ram", "4K", "--fail", script), Is.EqualTo(errno));

    [Test]
    public void A_known_defect_is_named()
    {
        var outcome = ToolRun.Json("map", "--size", "4M", "--ram", "4K", "--fail", "gup:1=0", "--kernel", "6.12").GetProperty("outcome");
        Assert.That(outcome.GetProperty("knownBugs").EnumerateArray().Select(bug => bug.GetString()), Does.Contain("zeroPinIsAFrame"));
    }

    [Test]
    public void Iommufd_takes_a_BAR_as_one_run_since_7_0_and_not_at_all_before()
    {
        var document = ToolRun.Json("map", "--size", "32G", "--backend", "iommufd");
        Assert.That((Value(document.GetProperty("map"), "lookups"), Value(document.GetProperty("map"), "iommuMapCalls"), Value(document.GetProperty("unmap"), "iovaToPhys")), Is.EqualTo((0L, 1L, 0L)));
        Assert.That(Errno("map", "--size", "4M", "--backend", "iommufd", "--kernel", "6.12"), Is.EqualTo("EFAULT"));
        var ram = ToolRun.Json("map", "--size", "1G", "--ram", "thp", "--backend", "iommufd").GetProperty("map");
        Assert.That((Value(ram, "gupAttempts"), Value(ram, "pins")), Is.EqualTo((32L, 262_144L)));
    }

    [Test]
    public void Columns_are_what_is_asked_for()
    {
        var columns = ToolRun.Json("map", "--size", "4M", "--compare", "6.1,6.12,7.3,fast").GetProperty("columns").EnumerateArray()
            .Select(column => $"{column.GetProperty("request").GetProperty("kernel").GetString()} {column.GetProperty("request").GetProperty("path").GetString()}");
        Assert.That(columns, Is.EqualTo(["6.1 kernel", "6.12 kernel", "7.3 kernel", "7.3 fast"]));
        var patches = ToolRun.Json("map", "--size", "4M", "--compare", "6.12,6.12+1..3,6.12+1..5,fast").GetProperty("columns").EnumerateArray()
            .Select(column => $"{string.Join(' ', column.GetProperty("request").GetProperty("patches").EnumerateArray())}: {Value(column.GetProperty("map"), "lookups")}");
        Assert.That(patches, Is.EqualTo([": 1026", "1 2 3: 1026", "1 2 3 4 5: 4", ": 0"]), "the patches stand in each column's request");
        Assert.That(ToolRun.Of("map", "--size", "4M", "--compare", "6.12+5,fast").Error, Does.Contain("patch 5 builds on patch 4"));
        Assert.That(ToolRun.Of("map", "--size", "4M", "--compare", "7.3+1,fast").Error, Does.Contain("has all five patches already"));
        Assert.That(ToolRun.Of("map", "--size", "4M", "--compare", "6.12+1..4,6.12+1..5").Out, Does.Contain("(Linux 6.12+1..4 to 6.12+1..5)"));
        Assert.That(ToolRun.Of("map", "--size", "4M", "--compare", "6.12,7.3,fast").Out, Does.Contain("1,024 lookups become 2"));
        Assert.That(ToolRun.Of("map", "--size", "4M", "--ram", "thp", "--compare", "6.12,fast").Out, Does.Contain("2 lookups on Linux 6.12").And.Contain("Fast path: does both in 2"));
        Assert.That(ToolRun.Of("map", "--size", "4M", "--holes", "1", "--compare", "7.3,fast").Out, Does.Contain("refuses the mapping with EFAULT"));
    }

    [Test]
    public void A_trace_has_a_line_per_step()
    {
        var file = Path.Combine(TestContext.CurrentContext.WorkDirectory, "steps.txt");
        ToolRun.Of("map", "--size", "4M", "--ram", "4K", "--break-every", "2M", "--fail", "map:2", "--trace", file);
        var lines = File.ReadAllLines(file);
        Assert.That(lines.Select((line, index) => line.StartsWith($"{index + 1} ", StringComparison.Ordinal)), Is.All.True);
        Assert.That(lines.Select(line => line.Split(' ')[1]), Is.EqualTo(
        [
            // The second batch is pinned before the first chunk ends, and kept for the second.
            "pin_user_pages_remote", "vaddr_get_pfns", "pin_user_pages_remote", "vaddr_get_pfns", "vfio_lock_acct", "vfio_pin_pages_remote", "iommu_map",
            "vfio_lock_acct", "vfio_pin_pages_remote", "iommu_map", "vfio_unpin_pages_remote", "vfio_lock_acct",
            "iommu_unmap_fast", "iommu_iotlb_sync", "vfio_unpin_pages_remote", "vfio_lock_acct", "VFIO_IOMMU_MAP_DMA",
        ]), string.Join('\n', lines));
        Assert.That(lines[^1], Does.EndWith("-> ENOMEM"));
        Assert.That(File.Exists(file + ".part"), Is.False);
    }

    private static long Value(JsonElement element, string name) => element.GetProperty(name).GetInt64();

    private static string? Errno(params string[] args) => ToolRun.Json(args).GetProperty("outcome").GetProperty("errno").GetString();
}
