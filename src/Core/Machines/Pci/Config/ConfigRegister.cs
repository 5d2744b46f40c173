namespace Fast.Machines;

/// <summary>Offsets in config space and bits in its registers (PCI Express Base Specification, 7.5).</summary>
internal static class ConfigRegister
{
    public const int Command = 0x04;
    public const int Class = 0x08;
    public const int HeaderType = 0x0E;
    public const int Bar0 = 0x10;
    public const int Rom = 0x30;

    public const int IoBase = 0x1C;
    public const int IoLimit = 0x1D;
    public const int MemoryBase = 0x20;
    public const int MemoryLimit = 0x22;
    public const int PrefetchableBase = 0x24;
    public const int PrefetchableLimit = 0x26;
    public const int PrefetchableBaseUpper = 0x28;
    public const int PrefetchableLimitUpper = 0x2C;
    public const int IoBaseUpper = 0x30;
    public const int IoLimitUpper = 0x32;
    public const int BridgeRom = 0x38;

    public const uint CommandIo = 1;
    public const uint CommandMemory = 2;
    public const uint CommandMaster = 4;
    public const uint CommandIntxDisable = 1 << 10;

    /// <summary>Address bits of the ROM register; bit 0 is its own decode.</summary>
    public const uint RomAddress = 0xFFFFF800;

    public const int ResizableBarCapability = 0x100;
    public const int SriovCapability = 0x160;
    public const int SriovControl = SriovCapability + 0x08;
    public const int SriovNumVfs = SriovCapability + 0x10;
    public const int SriovBar0 = SriovCapability + 0x24;
    public const uint SriovEnable = 1;
    public const uint SriovMemory = 8;
}
