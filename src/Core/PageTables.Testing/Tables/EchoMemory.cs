namespace Fast.PageTables.Testing;

/// <summary>A memory in which every address is backed by the same few bytes, so that any word leads somewhere, also back.</summary>
internal readonly struct EchoMemory : ITableMemory
{
    private const int Period = 1 << 16;
    private readonly byte[] _bytes;

    /// <summary>Repeats <paramref name="bytes"/>.</summary>
    public EchoMemory(ReadOnlySpan<byte> bytes)
    {
        // As long as the largest table behind the last place where one may begin.
        _bytes = new byte[Period + (1 << 20)];
        for (var at = 0; at < _bytes.Length; at += bytes.Length) bytes[..Math.Min(bytes.Length, _bytes.Length - at)].CopyTo(_bytes.AsSpan(at));
    }

    public static bool AlwaysBacked => false;

    public ref byte Table(ulong address, nuint length) => ref _bytes[(int)(address % Period) & ~7];
}
