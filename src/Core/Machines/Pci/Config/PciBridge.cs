using System.Collections.Immutable;
using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>A PCI-to-PCI bridge: a root port, or a port of a switch. What lies behind it is reached through its windows, and only while it decodes itself.</summary>
public sealed class PciBridge : PciFunction
{
    private const ulong MemoryGranule = 1 << 20;
    private const ulong IoGranule = 1 << 12;
    private readonly List<PciFunction> _behind = [];

    /// <summary>A bridge with the functions behind it and BARs of its own.</summary>
    public PciBridge(string name, IEnumerable<PciFunction> behind, params ReadOnlySpan<BarDeclaration> bars)
        : base(name, isBridge: true, bars)
    {
        ArgumentNullException.ThrowIfNull(behind);
        _behind.AddRange(behind);
        Declare(Class + 2, 2, 0, 0x0604);
        Declare(IoBase, 2, 0xF0F0, 0x0101);
        Declare(MemoryBase, 4, 0xFFF0FFF0, 0);
        Declare(PrefetchableBase, 4, 0xFFF0FFF0, 0x00010001);
        Declare(PrefetchableBaseUpper, 4, uint.MaxValue, 0);
        Declare(PrefetchableLimitUpper, 4, uint.MaxValue, 0);
        Declare(IoBaseUpper, 4, uint.MaxValue, 0);
    }

    /// <summary>The functions on its secondary bus.</summary>
    public IReadOnlyList<PciFunction> Behind => _behind;

    /// <summary>Whether devices can come and go behind it.</summary>
    public bool IsHotPlug { get; init; }

    /// <summary>The memory window; <see langword="null"/> while it is closed (limit below base).</summary>
    public BusRange? MemoryWindow => Window(Read(MemoryBase, 2) & 0xFFF0, Read(MemoryLimit, 2) & 0xFFF0, 0, 0);

    /// <summary>The prefetchable window, upper halves included.</summary>
    public BusRange? PrefetchableWindow => Window(
        Read(PrefetchableBase, 2) & 0xFFF0, Read(PrefetchableLimit, 2) & 0xFFF0, Read(PrefetchableBaseUpper, 4), Read(PrefetchableLimitUpper, 4));

    /// <summary>The window of I/O ports.</summary>
    public BusRange? IoWindow
    {
        get
        {
            var first = ((Read(IoBase, 1) & 0xF0UL) << 8) | ((ulong)Read(IoBaseUpper, 2) << 16);
            var last = ((Read(IoLimit, 1) & 0xF0UL) << 8) | ((ulong)Read(IoLimitUpper, 2) << 16) | (IoGranule - 1);
            return last < first ? null : new BusRange(first, last);
        }
    }

    /// <summary>What it lets through now.</summary>
    internal ImmutableArray<BusRange> Forwarded =>
        DecodesMemory ? [.. new[] { MemoryWindow, PrefetchableWindow }.OfType<BusRange>()] : [];

    internal void Plug(PciFunction function) => _behind.Add(function);

    internal bool Unplug(PciFunction function) => _behind.Remove(function);

    private static BusRange? Window(uint first, uint last, uint firstUpper, uint lastUpper)
    {
        var start = ((ulong)firstUpper << 32) | ((ulong)first << 16);
        var end = ((ulong)lastUpper << 32) | ((ulong)last << 16) | (MemoryGranule - 1);
        return end < start ? null : new BusRange(start, end);
    }
}
