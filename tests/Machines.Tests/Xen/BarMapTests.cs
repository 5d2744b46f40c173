using Fast.Machines;
using Fast.Machines.Xen;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>A large BAR mapped whole.</summary>
public sealed class BarMapTests
{
    [Test]
    public void A_BAR_of_128_GiB_is_65536_entries_in_1024_calls_and_would_be_128_in_2()
    {
        Assert.That(XenScenario.TryRead(BuiltInScenarios.BytesOf("xen-bar-128g")!, "xen-bar-128g", out var scenario, out var error), error);
        var maps = new XenRunner(XenCosts.Default).Run(scenario! with { BarMaps = scenario!.BarMaps.RemoveAt(2) }).BarMaps;
        Assert.Multiple(() =>
        {
            Assert.That(maps.Select(map => map.Run.Bytes), Is.All.EqualTo(128 * G1));
            Assert.That((maps[0].Entries, maps[0].Calls), Is.EqualTo((new LeafSizes(0, 65_536, 0), 1024UL)));
            Assert.That((maps[1].Entries, maps[1].Calls), Is.EqualTo((new LeafSizes(0, 0, 128), 2UL)));
            Assert.That(maps[0].Tables, Is.EqualTo(128 + 1), "a table for each GiB, and one above them");
            Assert.That(maps[0].Seconds / maps[1].Seconds, Is.GreaterThan(400));
        });
    }

    [Test]
    public void In_4_KiB_leaves_every_page_is_an_entry()
    {
        var map = new XenRunner(XenCosts.Default).Run(new XenScenario { Title = "t", Source = "s", BarMaps = [new("small", G1, Fast.PageTables.PageSize.Size4K)] }).BarMaps[0];
        Assert.That((map.Entries.Small, map.Calls), Is.EqualTo((262_144UL, 4096UL)));
    }
}
