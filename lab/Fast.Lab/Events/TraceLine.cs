using System.Globalization;

namespace Fast.Lab;

/// <summary>One line of a trace of QEMU's <c>pci_cfg_write</c> and <c>pci_update_mappings_*</c>.</summary>
/// <param name="Kind">Name of the event.</param>
/// <param name="Device">Device and address, such as <c>ivshmem-plain 01:00.0</c>.</param>
/// <param name="Offset">The register, of a write.</param>
/// <param name="Value">The value, of a write.</param>
/// <param name="Rest">BAR and range, of an update.</param>
internal readonly record struct TraceLine(string Kind, string Device, int Offset, uint Value, string Rest)
{
    private const string Write = "pci_cfg_write";

    internal bool IsWrite => Kind == Write;

    internal string Address => Device[(Device.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    /// <summary>What QEMU calls the device.</summary>
    internal string Model => Device[..Device.IndexOf(' ', StringComparison.Ordinal)];

    /// <summary>
    /// Bytes of the write. The trace does not say them: registers are written as wide as they are, except that firmware and Linux write 0x18 to 0x26 of a bridge both in
    /// bytes or words and in double words, and there a value that needs more than 16 bits tells.
    /// </summary>
    internal int Bytes(bool isBridge)
    {
        if (!isBridge) return Offset >= 0x10 && Offset < 0x34 ? 4 : Offset == 0x04 ? 2 : 1;
        return Offset switch
        {
            0x04 => 2,
            0x10 or 0x14 or 0x28 or 0x2C or 0x38 => 4,
            0x1C => Value > 0xFF ? 2 : 1,
            0x1D => 1,
            0x20 or 0x24 => Value > 0xFFFF ? 4 : 2,
            0x22 or 0x26 or 0x30 or 0x32 => 2,
            _ => 1,
        };
    }

    /// <summary>Reads a line.</summary>
    internal static TraceLine Parse(string line)
    {
        var words = line.Split(' ');
        var device = $"{words[1]} {words[2]}";
        if (words[0] != Write) return new TraceLine(words[0], device, 0, 0, words[3]);
        return new TraceLine(words[0], device, Hex(words[3][1..]), (uint)Hex(words[5]), "");
    }

    private static int Hex(string text) => (int)uint.Parse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
