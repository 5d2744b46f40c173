using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// Writes a BAR's address (<c>pci_std_update_resource</c>). The two halves of a 64-bit BAR cannot be written at once, so memory decode goes off around them, whether it was
/// on or not.
/// </summary>
/// <param name="pci">The hierarchy.</param>
internal sealed class LinuxBarWriter(PciHierarchy pci)
{
    /// <summary>Writes it.</summary>
    public void Write(LinuxResource bar, BusRange range, MapCause cause = MapCause.EndpointRewrite)
    {
        var function = bar.Device.Function;
        pci.Cause = cause;
        var type = pci.Read(function, bar.Offset, 4) & (bar.Type == ResourceType.Io ? 3u : 0xF);
        var command = pci.Read(function, Command, 2);
        if (bar.Is64) pci.Write(function, Command, 2, command & ~CommandMemory);
        pci.Write(function, bar.Offset, 4, (uint)range.Start | type);
        if (!bar.Is64) return;
        pci.Write(function, bar.Offset + 4, 4, (uint)(range.Start >> 32));
        pci.Write(function, Command, 2, command);
    }
}
