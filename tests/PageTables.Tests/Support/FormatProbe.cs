using System.Reflection;

namespace Fast.PageTables.Tests;

/// <summary>A declared format as an object, so that a test can go through all of them.</summary>
internal abstract class FormatProbe
{
    /// <summary>Every format that the library declares, found in its assembly: none can be forgotten.</summary>
    public static IReadOnlyList<FormatProbe> All { get; } =
    [
        .. typeof(X64L4).Assembly.GetExportedTypes()
            .Where(type => type.GetCustomAttribute<PageTableFormatAttribute>() != null && typeof(IWalkFormat).IsAssignableFrom(type))
            .Select(type => (FormatProbe)Activator.CreateInstance(typeof(Of<>).MakeGenericType(type))!)
            .OrderBy(probe => probe.Facts.Name, StringComparer.Ordinal),
    ];

    public abstract Type Type { get; }

    public abstract FormatFacts Facts { get; }

    public abstract WalkResult Walk(RecordingMemory memory, ulong rootWord, Iova input);

    public override string ToString() => Facts.Name;

    private sealed class Of<TFormat> : FormatProbe
        where TFormat : struct, IWalkFormat
    {
        public override Type Type => typeof(TFormat);

        public override FormatFacts Facts => TFormat.Facts;

        public override WalkResult Walk(RecordingMemory memory, ulong rootWord, Iova input) => TFormat.Walk(memory, rootWord, input);
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
