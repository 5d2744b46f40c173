using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// Writes a bridge's windows (<c>pci_setup_bridge</c>). The prefetchable window is four registers; its upper limit goes to 0 first, so that the window is closed
/// while the others change.
/// </summary>
/// <param name="pci">The hierarchy.</param>
internal sealed class LinuxWindowWriter(PciHierarchy pci)
{
    private const uint ClosedIo = 0x00F0;
    private const uint ClosedMemory = 0x0000FFF0;

    /// <summary>Writes all windows of a bridge.</summary>
    public void WriteAll(LinuxDevice bridge)
    {
        foreach (var window in bridge.Windows) Write(window);
    }

    /// <summary>Writes one window; one that has no place is closed.</summary>
    public void Write(LinuxResource window)
    {
        var bridge = window.Device.Function;
        var (start, last) = window.Range is { } range && window.IsAssigned ? (range.Start, range.Last) : (0UL, 0UL);
        var isOpen = last != 0;
        var bases = isOpen ? ((uint)(start >> 16) & 0xFFF0) | ((uint)last & 0xFFF00000) : ClosedMemory;
        switch (window.Type)
        {
            case ResourceType.Io:
                pci.Write(bridge, IoBaseUpper, 4, 0xFFFF);
                pci.Write(bridge, IoBase, 2, isOpen ? ((uint)(start >> 8) & 0xF0) | ((uint)last & 0xF000) : ClosedIo);
                pci.Write(bridge, IoBaseUpper, 4, isOpen ? ((uint)(start >> 16) & 0xFFFF) | ((uint)last & 0xFFFF0000) : 0);
                break;
            case ResourceType.Memory:
                pci.Write(bridge, MemoryBase, 4, bases);
                break;
            default:
                pci.Write(bridge, PrefetchableLimitUpper, 4, 0);
                pci.Write(bridge, PrefetchableBase, 4, bases);
                pci.Write(bridge, PrefetchableBaseUpper, 4, (uint)(start >> 32));
                pci.Write(bridge, PrefetchableLimitUpper, 4, (uint)(last >> 32));
                break;
        }
    }
}
