namespace Fast.PageTables.Testing;

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
