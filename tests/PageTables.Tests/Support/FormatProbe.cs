using System.Reflection;

namespace Fast.PageTables.Tests;

/// <summary>A declared format as an object, so that a test can go through all of them.</summary>
internal abstract class FormatProbe
{
    /// <summary>Every format that the library declares, found in its assembly: none can be forgotten.</summary>
    public static IReadOnlyList<FormatProbe> All { get; } =
    [
        .. typeof(X64L4).Assembly.GetExportedTypes()
            .Where(type => type.GetCustomAttribute<PageTableFormatAttribute>() != null && typeof(IMapFormat).IsAssignableFrom(type))
            .Select(type => (FormatProbe)Activator.CreateInstance(typeof(Of<>).MakeGenericType(type))!)
            .OrderBy(probe => probe.Facts.Name, StringComparer.Ordinal),
    ];

    public abstract Type Type { get; }

    public abstract FormatFacts Facts { get; }

    public abstract WalkResult Walk(RecordingMemory memory, ulong rootWord, Iova input);

    /// <summary>log2 of the first leaf that a map of a range writes, or <see langword="null"/> when it is refused.</summary>
    public abstract int? FirstLeaf(ulong input, ulong last, ulong output);

    public override string ToString() => Facts.Name;

    private sealed class Of<TFormat> : FormatProbe
        where TFormat : struct, IRunFormat, IMapFormat
    {
        public override Type Type => typeof(TFormat);

        public override FormatFacts Facts => TFormat.Facts;

        public override WalkResult Walk(RecordingMemory memory, ulong rootWord, Iova input) => TFormat.Walk(memory, rootWord, input);

        public override int? FirstLeaf(ulong input, ulong last, ulong output)
        {
            using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20, HugePages = false });
            var table = new PageTable<TFormat>(arena);
            var report = table.TryMap(IovaRange.Inclusive(new Iova(input), new Iova(last)), new Pfn(output >> 12), Bits.Expressible(Facts)[^1]);
            return report.IsDone && table.Follow(new Iova(input), out var leaf) ? leaf.Size.Shift : null;
        }
    }
}

/// <summary>An image that notes for which table it was asked last.</summary>
internal readonly struct RecordingMemory(RawTables tables, List<ulong> asked) : ITableMemory
{
    public static bool AlwaysBacked => false;

    public ref byte Table(ulong address, nuint bytes)
    {
        asked.Add(address);
        return ref tables.Memory.Table(address, bytes);
    }
}
