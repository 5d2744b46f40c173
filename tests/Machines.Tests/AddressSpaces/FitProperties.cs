using Fast.Linux;
using Fast.Machines;
using FsCheck;
using FsCheck.NUnit;
using static Fast.Tests.FitMachines;

namespace Fast.Tests;

/// <summary>Whatever guest: what landed is where it may be, and what is said to help does.</summary>
public sealed class FitProperties
{
    [FsCheck.NUnit.Property(MaxTest = 120, Replay = "20261127,4099")]
    public void What_landed_is_aligned_disjoint_and_inside_its_windows(DoNotSize<int> seed)
    {
        var request = RequestOf(seed.Item);
        var result = Fitter.Place(request);
        var bars = result.Devices.SelectMany(device => device.Bars).Where(bar => bar.Range is not null).Select(bar => bar.Range!.Value).OrderBy(range => range.Start).ToList();
        for (var i = 1; i < bars.Count; i++) Assert.That(bars[i].Start, Is.GreaterThan(bars[i - 1].Last), () => request.ToString());
        var space = result.Space;
        foreach (var range in bars)
        {
            Assert.That(range.Start % range.Bytes, Is.Zero);
            Assert.That(space.Kernel.Memory32.Contains(range) || space.Kernel.Memory64?.Contains(range) == true, Is.True, () => $"{range} {request}");
            Assert.That(range.Overlaps(space.LowRam) || (space.HighRam is { } ram && range.Overlaps(ram)), Is.False, () => $"{range} {request}");
            if (request.Bridges > 0 && range.Start >= 4 * G) Assert.That(result.Ports.Any(port => port.Window?.Contains(range) == true), Is.True);
        }

        var map = AddressMap.Of(result).Where(region => region.Depth == 0).ToList();
        for (var i = 1; i < map.Count; i++) Assert.That(map[i].Range.Start, Is.EqualTo(map[i - 1].Range.Last + 1), "every address is drawn once");
        Assert.That(map[^1].Range.Last, Is.GreaterThanOrEqualTo(space.All.Last));
    }

    [FsCheck.NUnit.Property(MaxTest = 8, Replay = "20261127,4099")]
    public void What_is_said_to_help_does_and_less_of_it_does_not(DoNotSize<int> seed) => CheckCures(RequestOf(seed.Item));

    [Explicit("minutes: dotnet test tests/Machines.Tests -c Release --filter FullyQualifiedName~FitProperties")]
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public void What_is_said_to_help_does_for_many_guests(DoNotSize<int> seed) => CheckCures(RequestOf(seed.Item));

    private static void CheckCures(FitRequest request)
    {
        var result = Fitter.Place(request);
        var cures = FitCures.Of(result);
        if (result.Fits) Assert.That(cures, Is.Empty);
        foreach (var cure in cures)
        {
            Assert.That(cure.After.Fits, Is.True, cure.Id);
            var after = cure.After.Request;
            FitRequest? less = cure.Id switch
            {
                "phys-bits" when after.PhysicalBits - 1 > request.PhysicalBits => after with { PhysicalBits = after.PhysicalBits - 1 },
                "mmio64" when after.Mmio64Megabytes / 2 > 32_768 => after with { Mmio64Megabytes = after.Mmio64Megabytes / 2 },
                "spare-ports" when after.SparePorts + 1 < request.SparePorts => after with { SparePorts = after.SparePorts + 1 },
                "fewer" when after.Devices.Length + 1 < request.Devices.Length => request with { Devices = request.Devices[..(after.Devices.Length + 1)] },
                _ => null,
            };
            if (less is not null) Assert.That(Fitter.Place(less).Fits, Is.False, () => $"{cure.Id} of {request}");
        }
    }

    [FsCheck.NUnit.Property(MaxTest = 200, Replay = "20261127,4099")]
    public void A_bridge_window_has_room_for_what_it_was_made_for(DoNotSize<int> seed)
    {
        var random = new Random(seed.Item);
        var sizes = Enumerable.Range(0, random.Next(1, 6)).Select(_ => 1UL << random.Next(20, 41)).OrderDescending().Select(bytes => (bytes, bytes)).ToList();
        foreach (var (bytes, alignment) in new[] { BridgeWindowSizing.Tight(sizes, 1 << 20), BridgeWindowSizing.Halved(sizes, 1 << 20) })
        {
            var pool = new AddressPool(BusRange.Of((1 + (ulong)random.Next(1000)) * alignment, bytes));
            foreach (var (wanted, aligned) in sizes) Assert.That(pool.Allocate(wanted, aligned, new BusRange(0, ulong.MaxValue)), Is.Not.Null, () => string.Join(' ', sizes));
        }
    }

    private static FitRequest RequestOf(int seed)
    {
        var random = new Random(seed);
        var large = 1UL << random.Next(30, 40);
        var rule = (WindowRule)random.Next(5);
        return new FitRequest
        {
            Devices = Alike(random.Next(1, 9), 16UL << 20, large, 32UL << 20),
            RamBytes = (ulong)random.Next(1, 1500) * G,
            PhysicalBits = random.Next(39, 49),
            Cpu = (CpuVendor)random.Next(2),
            Window = rule,
            Mmio64Megabytes = rule.IsOvmf() && random.Next(2) == 0 ? 1UL << random.Next(15, 25) : null,
            Hole64Bytes = G << random.Next(3, 14),
            Bridges = random.Next(3),
            SparePorts = random.Next(4),
            Pref64Reserve = random.Next(3) == 0 ? G << random.Next(0, 7) : null,
            GuestKernel = random.Next(2) == 0 ? new KernelVersion(6, 12) : new KernelVersion(7, 0),
            Realloc = random.Next(4) == 0,
            NoCrs = random.Next(4) == 0,
        };
    }
}
