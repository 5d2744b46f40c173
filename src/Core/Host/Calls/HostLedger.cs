namespace Fast.Host;

/// <summary>Passes calls on and keeps account: which descriptors are open, which memory is mapped. At the end there must be nothing.</summary>
/// <param name="calls">Who does them.</param>
public sealed class HostLedger(IHostCalls calls) : IHostCalls
{
    private readonly SortedDictionary<int, string> _open = [];
    private readonly SortedDictionary<ulong, ulong> _mapped = [];

    /// <summary>What each open descriptor is.</summary>
    public IReadOnlyDictionary<int, string> Open => _open;

    /// <summary>Mappings that stand: first byte and length. What was put into a reservation belongs to it.</summary>
    public IReadOnlyDictionary<ulong, ulong> Mapped => _mapped;

    /// <summary>Whether everything was given back.</summary>
    public bool IsBalanced => _open.Count == 0 && _mapped.Count == 0;

    /// <summary>What was left, in one line.</summary>
    public override string ToString() =>
        IsBalanced ? "nothing left" : $"left open: {string.Join(", ", _open.Values.DefaultIfEmpty("nothing"))}; left mapped: {_mapped.Count}";

    long IHostCalls.Open(string path) => Note(calls.Open(path), path);

    /// <summary>Some requests answer with a descriptor: whoever made one says so.</summary>
    public long Note(long descriptor, string what)
    {
        if (descriptor >= 0) _open[(int)descriptor] = what;
        return descriptor;
    }

    /// <inheritdoc/>
    public long Close(int descriptor)
    {
        _open.Remove(descriptor);
        return calls.Close(descriptor);
    }

    /// <inheritdoc/>
    public long Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        var result = calls.Ioctl(descriptor, request, argument);
        if (request == VfioUapi.GroupGetDeviceDescriptor) return Note(result, "device");
        return request == VfioUapi.DeviceFeature && result > 0 ? Note(result, "dma-buf") : result;
    }

    /// <inheritdoc/>
    public long Ioctl(int descriptor, uint request, long value) => calls.Ioctl(descriptor, request, value);

    /// <inheritdoc/>
    public long WriteAt(int descriptor, ulong offset, ReadOnlySpan<byte> bytes) => calls.WriteAt(descriptor, offset, bytes);

    /// <inheritdoc/>
    public long ReadAt(int descriptor, ulong offset, Span<byte> bytes) => calls.ReadAt(descriptor, offset, bytes);

    /// <inheritdoc/>
    public long Map(MappingKind kind, ulong at, ulong bytes, int descriptor, ulong offset)
    {
        var address = calls.Map(kind, at, bytes, descriptor, offset);
        if (address >= 0 && kind is not (MappingKind.BarFixed or MappingKind.MemoryFixed)) _mapped[(ulong)address] = bytes;
        return address;
    }

    /// <inheritdoc/>
    public long Unmap(ulong address, ulong bytes)
    {
        var result = calls.Unmap(address, bytes);
        if (result >= 0) _mapped.Remove(address);
        return result;
    }

    /// <inheritdoc/>
    public long Advise(ulong address, ulong bytes, MemoryAdvice advice) => calls.Advise(address, bytes, advice);

    /// <inheritdoc/>
    public long Nanoseconds() => calls.Nanoseconds();
}
