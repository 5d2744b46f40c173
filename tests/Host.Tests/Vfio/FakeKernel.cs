using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using Fast.Host;

namespace Fast.Tests;

/// <summary>
/// A kernel that does what VFIO does as far as measuring sees it: numbers and layouts are those of the headers, written out here a second time. It fails at a chosen call, and knows
/// what is open and mapped.
/// </summary>
internal sealed class FakeKernel : IHostCalls
{
    private const uint Io = 0x3B00;

    private readonly Dictionary<int, string> _open = [];
    private readonly Dictionary<ulong, ulong> _mapped = [];
    private readonly Dictionary<ulong, ulong> _dma = [];
    private int _nextDescriptor = 10;
    private ulong _nextAddress = 0x7000_0000_0000;
    private long _clock;

    /// <summary>The call that fails, counted from 0; -1 for none.</summary>
    public int FailAt { get; init; } = -1;

    /// <summary>Its errno.</summary>
    public int Errno { get; init; } = 5;

    public bool IsViable { get; init; } = true;

    public ulong BarBytes { get; init; } = 1UL << 30;

    public (ulong Offset, ulong Bytes)[] SparseAreas { get; init; } = [];

    public bool HasDmaBufs { get; init; } = true;

    /// <summary>What MAP_DMA answers.</summary>
    public int MapErrno { get; init; }

    public int Calls { get; private set; }

    public List<string> Trace { get; } = [];

    public IEnumerable<string> LeftOpen => _open.Values;

    public int LeftMapped => _mapped.Count;

    public int LeftForDma => _dma.Count;

    public ushort Command { get; private set; } = 6;

    public long Open(string path) => Step("open " + path) ?? Opened(path);

    public long Close(int descriptor)
    {
        Assert.That(_open.Remove(descriptor), Is.True, $"descriptor {descriptor} is not open");
        // The kernel unmaps what a container had mapped when its last descriptor goes.
        if (!_open.Values.Any(name => name.EndsWith("/vfio", StringComparison.Ordinal) || name.EndsWith("/iommu", StringComparison.Ordinal))) _dma.Clear();
        return 0;
    }

    public long Ioctl(int descriptor, uint request, long value)
    {
        if (Step($"ioctl {_open[descriptor]} {request - Io}") is { } failed) return failed;
        return (request - Io) switch { 100 => 0, 101 => value == 3 ? 1 : 0, 102 => value == 3 ? 0 : -22, _ => -25 };
    }

    public long Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        if (Step($"ioctl {_open[descriptor]} {request - Io}") is { } failed) return failed;
        var words = MemoryMarshal.Cast<byte, uint>(argument);
        switch (request - Io)
        {
            case 103 when words.Length == 2 && words[0] == 8:
                words[1] = IsViable ? 1u : 0;
                return 0;
            case 104 when _open.ContainsKey((int)words[0]):
                return 0;
            case 106:
                return Opened("device " + Encoding.ASCII.GetString(argument).TrimEnd('\0'));
            case 108:
                return RegionInfo(argument, words);
            case 112 when _open[descriptor].EndsWith("/vfio", StringComparison.Ordinal):
                return IommuInfo(argument, words);
            case 113 when words[0] == 32 && words[1] == 3:
                return Map(Word(argument, 16), Word(argument, 24));
            case 114 when words[0] == 24:
                return Unmap(Word(argument, 8), Word(argument, 16), argument[16..]);
            case 117:
                return !HasDmaBufs ? -25 : words[1] == (0x10000 | 11) && words[0] == 40 && words[5] == 1 ? Opened("dmabuf") : -22;
            case 118 when words[0] == 16:
                words[3] = 1;
                return 0;
            case 119 when words[0] == 12 && words[2] == 7:
                return 0;
            case 0x81 when words[0] == 12:
                words[2] = 7;
                return 0;
            case 0x85 when words[0] == 40 && words[1] == 7 && words[2] == 7:
                return Map(Word(argument, 32), Word(argument, 24));
            case 0x8F when words[0] == 40 && words[1] == 7 && words[2] == 7 && _open.ContainsKey((int)words[3]):
                return Map(Word(argument, 32), Word(argument, 24));
            case 0x86 when words[0] == 24 && words[1] == 7:
                return Unmap(Word(argument, 8), Word(argument, 16), argument[16..]);
            default:
                return -22;
        }
    }

    public long ReadAt(int descriptor, ulong offset, Span<byte> bytes)
    {
        if (Step("pread") is { } failed) return failed;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes, Command);
        return bytes.Length;
    }

    public long WriteAt(int descriptor, ulong offset, ReadOnlySpan<byte> bytes)
    {
        if (Step($"pwrite {offset:x}") is { } failed) return failed;
        Command = BinaryPrimitives.ReadUInt16LittleEndian(bytes);
        return bytes.Length;
    }

    public long Map(MappingKind kind, ulong at, ulong bytes, int descriptor, ulong offset)
    {
        if (Step($"mmap {kind}") is { } failed) return failed;
        if (kind is MappingKind.BarFixed or MappingKind.MemoryFixed)
        {
            Assert.That(_mapped.Any(each => each.Key <= at && at + bytes <= each.Key + each.Value), Is.True, "a fixed mapping outside every reservation overwrites something");
            return (long)at;
        }

        _mapped[_nextAddress] = bytes;
        var address = _nextAddress;
        _nextAddress += bytes + 0x1000;
        return (long)address;
    }

    public long Unmap(ulong address, ulong bytes)
    {
        Assert.That(_mapped.Remove(address, out var length) && length == bytes, Is.True, $"munmap of 0x{address:x}");
        return 0;
    }

    public long Advise(ulong address, ulong bytes, MemoryAdvice advice) => Step($"madvise {advice}") ?? 0;

    public long Nanoseconds() => _clock += 100;

    private long? Step(string what)
    {
        Trace.Add(what);
        return Calls++ == FailAt ? -Errno : null;
    }

    private long Opened(string name)
    {
        _open[_nextDescriptor] = name;
        return _nextDescriptor++;
    }

    private long Map(ulong iova, ulong bytes)
    {
        if (MapErrno != 0) return -MapErrno;
        return _dma.TryAdd(iova, bytes) ? 0 : -17;
    }

    private long Unmap(ulong iova, ulong bytes, Span<byte> removed)
    {
        var there = _dma.Remove(iova, out var length) && length == bytes;
        BinaryPrimitives.WriteUInt64LittleEndian(removed, there ? bytes : 0);
        return 0;
    }

    private long RegionInfo(Span<byte> argument, Span<uint> words)
    {
        const int Fixed = 32;
        var index = words[2];
        var needed = Fixed + (index == 2 && SparseAreas.Length > 0 ? 16 + (16 * SparseAreas.Length) : 0);
        var room = words[0];
        words[0] = (uint)needed;
        words[1] = index == 2 ? 7u | (needed > Fixed ? 8u : 0) : 3;
        words[3] = 0;
        BinaryPrimitives.WriteUInt64LittleEndian(argument[16..], index == 2 ? BarBytes : index == 7 ? 4096UL : 0);
        BinaryPrimitives.WriteUInt64LittleEndian(argument[24..], (ulong)index << 40);
        if (needed == Fixed || room < needed) return 0;
        words[3] = Fixed;
        argument[Fixed..].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(argument[Fixed..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(argument[(Fixed + 8)..], (uint)SparseAreas.Length);
        for (var i = 0; i < SparseAreas.Length; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(argument[(Fixed + 16 + (16 * i))..], SparseAreas[i].Offset);
            BinaryPrimitives.WriteUInt64LittleEndian(argument[(Fixed + 24 + (16 * i))..], SparseAreas[i].Bytes);
        }

        return 0;
    }

    private static long IommuInfo(Span<byte> argument, Span<uint> words)
    {
        const int Fixed = 24;
        const int Needed = Fixed + 16 + 32;
        var room = words[0];
        words[0] = Needed;
        words[1] = 3;
        BinaryPrimitives.WriteUInt64LittleEndian(argument[8..], 0x40201000);
        words[4] = 0;
        if (room < Needed) return 0;
        words[4] = Fixed;
        argument[Fixed..].Clear();
        BinaryPrimitives.WriteUInt16LittleEndian(argument[Fixed..], 1);
        BinaryPrimitives.WriteUInt32LittleEndian(argument[(Fixed + 8)..], 2);
        ulong[] ends = [0, 0xFEDFFFFF, 0xFEF00000, (1UL << 39) - 1];
        for (var i = 0; i < ends.Length; i++) BinaryPrimitives.WriteUInt64LittleEndian(argument[(Fixed + 16 + (8 * i))..], ends[i]);
        return 0;
    }

    private static ulong Word(Span<byte> argument, int at) => BinaryPrimitives.ReadUInt64LittleEndian(argument[at..]);
}
