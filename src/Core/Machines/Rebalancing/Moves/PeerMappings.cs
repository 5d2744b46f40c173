namespace Fast.Machines;

/// <summary>A device reaches a BAR of another by DMA, at an address that it was told.</summary>
/// <param name="From">Who reaches.</param>
/// <param name="To">Whose BAR.</param>
/// <param name="Bar">The BAR.</param>
/// <param name="Range">Where it was when the mapping was made.</param>
internal sealed record PeerMapping(RebalanceDevice From, RebalanceDevice To, BarRegister Bar, BusRange Range);

/// <summary>The peer-to-peer mappings that are live. An address in one does not follow its BAR: before the BAR goes, the mapping has to go, and afterwards be made anew.</summary>
internal sealed class PeerMappings
{
    private readonly List<PeerMapping> _live = [];

    /// <summary>What is live.</summary>
    public IReadOnlyList<PeerMapping> Live => _live;

    /// <summary>Mappings that were made.</summary>
    public int Made { get; private set; }

    /// <summary>Makes the mappings to a device, and those from it, that are missing.</summary>
    public void Connect(RebalanceDevice device, IEnumerable<RebalanceDevice> all)
    {
        foreach (var other in all.Where(other => other != device && other.IsRunning))
        {
            Map(other, device);
            Map(device, other);
        }
    }

    /// <summary>Takes away the mappings to a device.</summary>
    public void DisconnectTo(RebalanceDevice device) => _live.RemoveAll(mapping => mapping.To == device);

    /// <summary>Takes away all mappings of a device.</summary>
    public void Disconnect(RebalanceDevice device) => _live.RemoveAll(mapping => mapping.To == device || mapping.From == device);

    /// <summary>Takes all away.</summary>
    public void Clear() => _live.Clear();

    private void Map(RebalanceDevice from, RebalanceDevice to)
    {
        if (!from.Type.Peers.Contains(to.Type.Name) || _live.Exists(mapping => mapping.From == from && mapping.To == to)) return;
        if (to.LargestBar.Decoded is not { } range) return;
        var block = to.Placed.First(placed => placed.Bars.Any(bar => bar.Bar == to.LargestBar));
        // Of a partial BAR only what its port lets through can be reached.
        _live.Add(new PeerMapping(from, to, to.LargestBar, range.Intersect(block.Range) ?? range));
        Made++;
    }
}
