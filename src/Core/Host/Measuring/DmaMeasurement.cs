using System.Buffers.Binary;
using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>Measures MAP_DMA and UNMAP_DMA of one device. Whatever happens, what was mapped is unmapped before a call returns or throws.</summary>
public sealed class DmaMeasurement
{
    private const int CommandRegister = 4;
    private const ushort CommandMemory = 2;

    private readonly DmaSession _session;
    private readonly HostTree _tree;
    private ICallCounter? _counter;
    private readonly Dictionary<int, VfioRegion> _regions = [];
    private readonly SysfsPciDevice _device;

    /// <summary>A measurement.</summary>
    /// <param name="session">The device and its address space.</param>
    /// <param name="tree">Where this machine shows itself.</param>
    /// <param name="device">The device as sysfs has it: where its BARs lie.</param>
    public DmaMeasurement(DmaSession session, HostTree tree, SysfsPciDevice device) => (_session, _tree, _device) = (session, tree, device);

    /// <summary>What happens while the last mapping of a case stands.</summary>
    public Action<MeasuredPoint>? WhileMapped { get; set; }

    /// <summary>The BAR as VFIO tells it.</summary>
    public VfioRegion Region(int index) => _regions.TryGetValue(index, out var region) ? region : _regions[index] = VfioRegion.Read(_session, index);

    /// <summary>Switches the device's memory decode off, as a guest does while it sizes BARs: nothing of a BAR can be touched then.</summary>
    /// <exception cref="HostException">Config space cannot be written.</exception>
    public void SwitchDecodeOff()
    {
        var config = VfioRegion.Read(_session, (int)VfioUapi.ConfigRegion);
        Span<byte> command = stackalloc byte[sizeof(ushort)];
        var result = _session.Calls.ReadAt(_session.Device, config.FileOffset + CommandRegister, command);
        if (result == command.Length)
        {
            BinaryPrimitives.WriteUInt16LittleEndian(command, (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(command) & ~CommandMemory));
            result = _session.Calls.WriteAt(_session.Device, config.FileOffset + CommandRegister, command);
        }

        if (result < 0) throw new HostException($"config space of {_device.Address}: {ErrnoName.Describe((int)-result)}");
    }

    /// <summary>Measures one case once more while the kernel's calls are counted; its times say nothing.</summary>
    /// <param name="wanted">What.</param>
    /// <param name="counter">Counts.</param>
    /// <param name="cancellation">Stops between two requests.</param>
    /// <exception cref="HostException">The kernel refuses.</exception>
    public MeasuredPoint Count(MeasureCase wanted, ICallCounter counter, CancellationToken cancellation)
    {
        var whileMapped = WhileMapped;
        (WhileMapped, _counter) = (null, counter);
        try
        {
            return Measure(wanted, 1, cancellation);
        }
        finally
        {
            (WhileMapped, _counter) = (whileMapped, null);
        }
    }

    /// <summary>Measures one case.</summary>
    /// <param name="wanted">What.</param>
    /// <param name="rounds">How often, each time with a fresh mmap.</param>
    /// <param name="cancellation">Stops between two requests.</param>
    /// <exception cref="HostException">The kernel refuses.</exception>
    public MeasuredPoint Measure(MeasureCase wanted, int rounds, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(wanted);
        var done = ImmutableArray.CreateBuilder<MeasuredRound>(rounds);
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            using var place = Place(wanted, out var range, out var physical);
            var frames = ImmutableArray<FrameRun>.Empty;
            var tables = ProcFile.PageTableBytes(_tree);
            var mapFirst = Map(wanted, range);
            tables = ProcFile.PageTableBytes(_tree) - tables;
            var unmapFirst = Unmapped(range, cancellation);
            var mapAgain = Map(wanted, range);
            MeasuredRequest unmapAgain;
            try
            {
                if (done.Count == rounds - 1)
                {
                    if (wanted.Memory != MeasuredMemory.Bar) frames = ProcFile.Frames(_tree, range.Va, range.Bytes);
                    WhileMapped?.Invoke(new MeasuredPoint(wanted, range.Va, range.Iova, physical, done.ToImmutable(), frames));
                }
            }
            finally
            {
                unmapAgain = Unmap(range);
            }

            done.Add(new MeasuredRound(mapFirst, unmapFirst, mapAgain, unmapAgain, tables));
            if (done.Count == rounds) return new MeasuredPoint(wanted, range.Va, range.Iova, physical, done.ToImmutable(), frames);
        }
    }

    private IDisposable Place(MeasureCase wanted, out DmaRange range, out ulong physical)
    {
        physical = 0;
        if (wanted.Memory != MeasuredMemory.Bar)
        {
            var memory = PlacedMemory.OfMemory(_session.Calls, wanted.Memory, wanted.Bytes);
            return Ranged(memory, wanted, wanted.IovaSkew, out range);
        }

        var region = Region(wanted.Region);
        var bar = _device.Regions.FirstOrDefault(each => each.Index == wanted.Region && each.Kind == SysfsRegionKind.Memory && !each.IsUnassigned)
            ?? throw new HostException($"{_device.Address} has no memory BAR {wanted.Region} with an address");
        var area = region.Areas.FirstOrDefault(area => area.Offset <= wanted.Offset && wanted.Offset - area.Offset <= area.Bytes && area.Bytes - (wanted.Offset - area.Offset) >= wanted.Bytes);
        if (area.Bytes == 0)
            throw new HostException($"{BinarySize.Format(wanted.Bytes)} from {BinarySize.Format(wanted.Offset)} of BAR {wanted.Region} cannot be mmapped; {RegionText(region)}");
        physical = bar.Start + wanted.Offset;
        if (!_session.MapsBuffers) return Ranged(PlacedMemory.OfBar(_session, region, area, wanted, physical), wanted, physical + wanted.IovaSkew, out range);
        var buffer = _session.ExportBar(region, wanted.Offset, wanted.Bytes);
        range = new DmaRange(0, _session.FindIova(wanted.Bytes, physical + wanted.IovaSkew), wanted.Bytes, buffer.Number);
        return buffer;
    }

    private PlacedMemory Ranged(PlacedMemory memory, MeasureCase wanted, ulong congruentTo, out DmaRange range)
    {
        try
        {
            range = new DmaRange(memory.Va, _session.FindIova(wanted.Bytes, congruentTo), wanted.Bytes);
            return memory;
        }
        catch
        {
            memory.Dispose();
            throw;
        }
    }

    private MeasuredRequest Unmapped(in DmaRange range, CancellationToken cancellation)
    {
        var request = Unmap(range);
        cancellation.ThrowIfCancellationRequested();
        return request;
    }

    private MeasuredRequest Map(MeasureCase wanted, in DmaRange range)
    {
        var before = _counter?.Read();
        var start = _session.Calls.Nanoseconds();
        var result = _session.MapDma(range);
        var nanoseconds = _session.Calls.Nanoseconds() - start;
        if (result < 0) throw new HostException(VfioAdvice.MapDma($"{BinarySize.Format(range.Bytes)} at device address 0x{range.Iova:x}", wanted.Memory == MeasuredMemory.Bar, (int)-result));
        return new MeasuredRequest(nanoseconds, Difference(before));
    }

    private MeasuredRequest Unmap(in DmaRange range)
    {
        var before = _counter?.Read();
        var start = _session.Calls.Nanoseconds();
        var result = _session.UnmapDma(range, out var removed);
        var nanoseconds = _session.Calls.Nanoseconds() - start;
        if (result < 0) throw new HostException($"UNMAP_DMA at device address 0x{range.Iova:x}: {ErrnoName.Describe((int)-result)}");
        if (removed != range.Bytes) throw new HostException($"UNMAP_DMA at device address 0x{range.Iova:x}: {BinarySize.Format(range.Bytes)} were mapped and {BinarySize.Format(removed)} were removed");
        return new MeasuredRequest(nanoseconds, Difference(before));
    }

    private ImmutableSortedDictionary<string, long> Difference(IReadOnlyDictionary<string, long>? before) =>
        before is null ? ImmutableSortedDictionary<string, long>.Empty
            : _counter!.Read().ToImmutableSortedDictionary(each => each.Key, each => each.Value - before.GetValueOrDefault(each.Key), StringComparer.Ordinal);

    private static string RegionText(VfioRegion region) => region.Areas.IsEmpty
        ? "VFIO lets none of it be mmapped"
        : $"VFIO lets be mmapped: {string.Join(", ", region.Areas.Select(area => $"{BinarySize.Format(area.Bytes)} from {BinarySize.Format(area.Offset)}"))}";
}
