using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>What the built-in knowledge says.</summary>
public sealed class DefaultKnowledgeTests
{
    private static Knowledge Default => Knowledge.Default;

    private static Behaviours Behaviours => Default.Behaviours;

    [Test]
    public void Every_profile_has_costs() =>
        Assert.That(KernelProfiles.All.Select(profile => Default.CostsOf(KernelProfiles.Resolve(Version(profile.Name))).Kernel.ToString()), Is.EqualTo(new[] { "6.1", "6.12", "6.16", "7.2" }));

    /// <summary>Fast.Linux has the same list for those who use it without a knowledge file.</summary>
    [Test]
    public void Profiles_in_force_are_those_of_Fast_Linux()
    {
        foreach (var (major, minors) in new[] { (5, 21), (6, 22), (7, 6), (8, 1) })
        {
            for (var minor = 0; minor < minors; minor++)
            {
                var version = new KernelVersion(major, minor, 7);
                Assert.That(Behaviours.TryResolve(version, out var choice, out var error), Is.EqualTo(KernelProfiles.TryResolve(version, out var expected, out var reason)));
                Assert.That((choice, error), Is.EqualTo((expected, reason)));
            }
        }
    }

    [TestCase("6.1", "6.1", 160)]
    [TestCase("6.8", "6.1", 160)]
    [TestCase("6.12", "6.12", 166)]
    [TestCase("6.14", "6.12", 166)]
    [TestCase("6.16", "6.16", 180)]
    [TestCase("6.18", "6.18", 179)]
    [TestCase("7.0", "7.0", 238)]
    [TestCase("7.3", "7.2", 236)]
    public void A_kernel_uses_its_own_costs_where_it_was_counted_and_its_profiles_otherwise(string kernel, string costs, double unmap)
    {
        var found = Default.CostsOf(KernelProfiles.Resolve(Version(kernel)));
        Assert.Multiple(() =>
        {
            Assert.That(found.Kernel.ToString(), Is.EqualTo(costs));
            Assert.That(found.PerIovaToPhys.Value, Is.EqualTo(unmap));
        });
    }

    [TestCase("ovmf", "6.12", 3, 11UL, 6UL)]
    [TestCase("ovmf", "6.13", 3, 11UL, 6UL)]
    [TestCase("ovmf", "6.14", 3, 6UL, 3UL)]
    [TestCase("ovmf", "6.12", 1, 13UL, 8UL, TestName = "OVMF with 6.12 and one 64-bit BAR as traced: 13 maps")]
    [TestCase("seabios", "6.12", 1, 12UL, 7UL, TestName = "SeaBIOS with 6.12 and one 64-bit BAR as traced: 12 maps")]
    [TestCase("seabios", "6.16", 1, 5UL, 2UL, TestName = "SeaBIOS with 6.16 and one 64-bit BAR as traced: 5 maps")]
    public void Map_events_of_a_boot_are_those_of_the_traces(string firmware, string guest, int bars64, ulong events, ulong cold)
    {
        var groups = Default.FindFirmware(firmware)!.Events.Concat(Default.GuestKernelOf(Version(guest)).Events).ToArray();
        Assert.Multiple(() =>
        {
            Assert.That(groups.Aggregate(0UL, (sum, group) => sum + group.EventsOf(bars64, 1)), Is.EqualTo(events));
            Assert.That(groups.Where(group => group.IsCold).Aggregate(0UL, (sum, group) => sum + group.EventsOf(bars64, 1)), Is.EqualTo(cold));
        });
    }

    [TestCase("6.12", 0, 4UL)]
    [TestCase("6.12", 1, 9UL)]
    [TestCase("6.12", 2, 14UL)]
    [TestCase("6.16", 0, 1UL)]
    [TestCase("6.16", 1, 4UL)]
    public void Each_bridge_above_adds_its_own_events(string guest, int bridges, ulong events) =>
        Assert.That(Default.GuestKernelOf(Version(guest)).Events.Aggregate(0UL, (sum, group) => sum + group.EventsOf(3, bridges)), Is.EqualTo(events));

    [Test]
    public void Every_source_is_used_and_says_something()
    {
        var used = Default.Kernels.SelectMany(costs => new[] { costs.PerMap, costs.PerRemappedPage, costs.PerIommuEntry, costs.PerIovaToPhys, costs.PerLookup[0], costs.PerFault[0] })
            .Concat(Default.Firmwares.SelectMany(firmware => firmware.Events).Concat(Default.GuestKernels.SelectMany(guest => guest.Events)).Select(group => group.Count))
            .Append(Default.NanosecondsPerInstruction).Append(Default.MapBand).Append(Default.UnmapBand)
            .Append(Default.RamBand).Concat(Default.Ram.SelectMany(ram => new[] { ram.MapUntouched, ram.MapTouched, ram.Unmap })).Concat(Behaviours.Firmwares.Select(firmware => firmware.WindowShare))
            .Select(figure => figure.Source).Append(Default.ColdSource)
            .Concat(Behaviours.Hosts.Select(host => host.Source)).Concat(Behaviours.GuestSizing.Concat(Behaviours.GuestHyperV).Concat(Behaviours.Vmms.Values.SelectMany(vmm => vmm)).Select(release => release.Source)).ToHashSet();
        Assert.Multiple(() =>
        {
            Assert.That(used, Is.EquivalentTo(Default.Sources.Keys));
            Assert.That(Default.Sources.Values, Has.All.Length.GreaterThan(20));
            Assert.That(Default.Fingerprint, Does.Match("^[0-9a-f]{16}$"));
        });
    }

    private static KernelVersion Version(string text) => KernelVersion.TryParse(text, out var version, out _) ? version : throw new ArgumentException(text);
}
