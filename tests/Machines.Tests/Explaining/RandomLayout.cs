using System.Collections.Immutable;
using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>A layout that a seed says: any kernel, any IOMMU, any addresses, with holes and changed rights now and then.</summary>
internal static class RandomLayout
{
    private const ulong K4 = 4UL << 10;
    private const ulong M2 = 2UL << 20;
    private const ulong G1 = 1UL << 30;
    private const ulong PhysicalBase = 512 * G1;
    private const ulong VaBase = 4096 * G1;
    private const ulong IovaBase = 64 * G1;

    public static BarLayout Of(int seed, bool large)
    {
        var random = new Random(seed);
        var bytes = large ? (ulong)random.Next(1, 3) * G1 + Pages(random, 0, 1024) : random.Next(3) == 0 ? K4 << random.Next(0, 12) : Pages(random, 1, 2500);
        var physical = PhysicalBase + Skew(random);
        var parts = ImmutableArray.Create(new MappedPart(0, bytes, 0));
        BusRange? changed = null;
        var sections = parts;
        if (random.Next(4) == 0) parts = sections = [.. MappedPart.Cut(parts, Part(random, bytes), PartEdge.Sparse)];
        if (random.Next(4) == 0) sections = [.. MappedPart.Cut(sections, Part(random, bytes), PartEdge.Msix)];
        if (parts.IsEmpty || sections.IsEmpty) (parts, sections) = ([new MappedPart(0, bytes, 0)], [new MappedPart(0, bytes, 0)]);
        // Each piece has a virtual address of its own; one IOVA serves all, as the guest has one BAR.
        var areas = parts.Select((part, index) => part with { Address = VaBase + ((ulong)index * 16 * G1) + Near(random, physical + part.Offset) }).ToImmutableArray();
        if (random.Next(4) == 0)
        {
            changed = Part(random, bytes);
            changed = BusRange.Of(changed.Value.Start & ~(K4 - 1), Math.Max(K4, changed.Value.Bytes & ~(K4 - 1)));
            areas = [.. MappedPart.Cut(areas, changed.Value, PartEdge.Protection, keepsMiddle: true)];
        }

        var iova = IovaBase + Near(random, physical);
        var kinds = IommuKinds.All;
        return new BarLayout
        {
            Physical = new PhysicalAddress(physical),
            Bytes = bytes,
            Areas = areas,
            Sections = [.. sections.Select(section => section with { Address = iova + section.Offset })],
            Protected = changed,
            Profile = KernelProfiles.All[random.Next(KernelProfiles.All.Length)],
            Thp = (ThpPolicy)random.Next(3),
            IsAdvised = random.Next(2) == 0,
            HasHugeFault = random.Next(8) != 0,
            VmmAligns = random.Next(2) == 0,
            Iommu = random.Next(2) == 0 ? IommuKinds.Vtd : kinds[random.Next(kinds.Length)],
            Backend = random.Next(4) == 0 ? MapBackend.Iommufd : MapBackend.Type1,
        };
    }

    private static ulong Pages(Random random, int least, int most) => (ulong)random.Next(least, most) * K4;

    private static BusRange Part(Random random, ulong bytes)
    {
        var first = (ulong)random.NextInt64((long)bytes);
        return BusRange.Of(first, Math.Max(1, (ulong)random.NextInt64((long)Math.Min(bytes - first, 40 * K4) + 1)));
    }

    private static ulong Skew(Random random) => random.Next(4) switch { 0 => 0, 1 => (ulong)random.Next(512) * M2, 2 => Pages(random, 0, 262_144), _ => (ulong)random.Next(4) * G1 };

    // Equal to the physical address modulo 1 GiB, modulo 2 MiB, or by luck.
    private static ulong Near(Random random, ulong physical) => random.Next(4) switch
    {
        0 or 1 => physical % G1,
        2 => (physical % M2) + ((ulong)random.Next(511) * M2),
        _ => Pages(random, 0, 262_144),
    };
}
