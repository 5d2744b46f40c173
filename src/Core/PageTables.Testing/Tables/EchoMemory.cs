namespace Fast.PageTables.Testing;

/// <summary>A memory in which every address is backed by the same few bytes, so that any word leads somewhere, also back.</summary>
internal readonly struct EchoMemory(byte[] bytes) : ITableMemory
{
    public static bool AlwaysBacked => false;

    public ref byte Table(ulong address, nuint length) => ref bytes[(int)(address % ((ulong)bytes.Length - (ulong)length + 1)) & ~7];
}
