using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Numerics;
using static Fast.Machines.ConfigRegister;

namespace Fast.Machines;

/// <summary>
/// A PCI function as its config space: bytes, and for each bit whether a write changes it. A 64-bit BAR is two registers; nothing makes writing both one
/// step.
/// </summary>
public class PciFunction
{
    private const int ConfigBytes = 4096;
    private readonly byte[] _values = new byte[ConfigBytes];
    private readonly byte[] _writable = new byte[ConfigBytes];
    private readonly ImmutableArray<ResizableBar> _resizable = [];
    private readonly List<BarRegister> _bars = [];

    /// <summary>An endpoint.</summary>
    /// <param name="name">How it is called in results, such as <c>01:00.0</c>.</param>
    /// <param name="bars">Its BARs.</param>
    public PciFunction(string name, params ReadOnlySpan<BarDeclaration> bars)
        : this(name, isBridge: false, bars)
    {
    }

    private protected PciFunction(string name, bool isBridge, ReadOnlySpan<BarDeclaration> bars)
    {
        Name = name;
        IsBridge = isBridge;
        Declare(Command, 2, 0x0547, 0);
        Declare(HeaderType, 1, 0, isBridge ? 1u : 0);
        foreach (var bar in bars) Add(bar, isOfVirtualFunctions: false);
    }

    /// <summary>How it is called in results.</summary>
    public string Name { get; }

    /// <summary>Whether functions lie behind it (type 1 header).</summary>
    public bool IsBridge { get; }

    /// <summary>Base class and subclass: 0x0302 is a 3D controller.</summary>
    public int ClassCode
    {
        get => (int)(Read(Class, 4) >> 16);
        init => Declare(Class + 2, 2, 0, (uint)value);
    }

    /// <summary>Size of the expansion ROM; 0 without one.</summary>
    public ulong RomBytes
    {
        get;
        init
        {
            if (value != 0 && (!BitOperations.IsPow2(value) || value < 2048)) throw new ArgumentException($"the ROM of {Name} has {value} bytes; a size is a power of two from 2048 on");
            field = value;
            if (value != 0) Declare(RomOffset, 4, (uint)~(value - 1) | 1, 0);
        }
    }

    /// <summary>BARs whose size software may choose.</summary>
    public ImmutableArray<ResizableBar> ResizableBars
    {
        get => _resizable;
        init
        {
            _resizable = value;
            DeclareResizable();
        }
    }

    /// <summary>Its SR-IOV capability, or <see langword="null"/>.</summary>
    public SriovDeclaration? Sriov
    {
        get;
        init
        {
            field = value;
            if (value is null) return;
            Declare(SriovCapability, 4, 0, 0x0001_0010);
            Declare(SriovControl, 2, 0x19, 0);
            Declare(SriovCapability + 0x0E, 2, 0, (uint)value.TotalVfs);
            Declare(SriovNumVfs, 2, 0xFFFF, 0);
            foreach (var bar in value.VfBars) Add(bar, isOfVirtualFunctions: true);
        }
    }

    /// <summary>Hyper-V: writes to BARs are ignored while memory decode is on.</summary>
    public bool IgnoresBarWritesWhileDecoding { get; init; }

    /// <summary>BAR slots of the header.</summary>
    public int BarSlots => IsBridge ? 2 : 6;

    /// <summary>Offset of the ROM register.</summary>
    public int RomOffset => IsBridge ? BridgeRom : Rom;

    /// <summary>The BARs, those of virtual functions last.</summary>
    public IReadOnlyList<BarRegister> Bars => _bars;

    /// <summary>Number of its own 64-bit BARs.</summary>
    public int Bars64 => _bars.Count(bar => bar is { Kind: BarKind.Memory64, IsOfVirtualFunctions: false });

    /// <summary>Whether it answers to memory accesses.</summary>
    public bool DecodesMemory => (Read(Command, 2) & CommandMemory) != 0;

    /// <summary>Whether it answers to I/O accesses.</summary>
    public bool DecodesIo => (Read(Command, 2) & CommandIo) != 0;

    /// <summary>Virtual functions that are switched on.</summary>
    public ulong NumVfs => Sriov is null || (Read(SriovControl, 2) & SriovEnable) == 0 ? 0 : Math.Min(Read(SriovNumVfs, 2), (uint)Sriov.TotalVfs);

    /// <summary>Whether the virtual functions answer to memory accesses; the function's own command register has no say in it.</summary>
    public bool VfsDecodeMemory => NumVfs != 0 && (Read(SriovControl, 2) & SriovMemory) != 0;

    /// <summary>Whether no address in the registers can decide whether it answers: host bridges, which sizing must not switch off.</summary>
    public bool IsHostBridge => ClassCode == 0x0600;

    /// <summary>Reads a register of 1, 2 or 4 bytes.</summary>
    public uint Read(int offset, int bytes) => bytes switch
    {
        1 => _values[offset],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(_values.AsSpan(offset)),
        4 => BinaryPrimitives.ReadUInt32LittleEndian(_values.AsSpan(offset)),
        _ => throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a config access has 1, 2 or 4 bytes"),
    };

    /// <summary>Writes a register: bits that are not writable stay.</summary>
    internal void Write(int offset, int bytes, uint value)
    {
        if (bytes is not (1 or 2 or 4)) throw new ArgumentOutOfRangeException(nameof(bytes), bytes, "a config access has 1, 2 or 4 bytes");
        if (IgnoresBarWritesWhileDecoding && DecodesMemory && offset >= Bar0 && offset < Bar0 + (4 * BarSlots)) return;
        for (var i = 0; i < bytes; i++)
        {
            var mask = _writable[offset + i];
            _values[offset + i] = (byte)((_values[offset + i] & ~mask) | ((byte)(value >> (8 * i)) & mask));
        }

        ApplyResize(offset, bytes);
    }

    /// <summary>Fixes which bits of a register can be written and what the others read as; writable bits keep their values.</summary>
    internal void Declare(int offset, int bytes, uint writable, uint constant)
    {
        for (var i = 0; i < bytes; i++)
        {
            var mask = (byte)(writable >> (8 * i));
            _writable[offset + i] = mask;
            _values[offset + i] = (byte)((_values[offset + i] & mask) | ((byte)(constant >> (8 * i)) & ~mask));
        }
    }

    /// <summary>Every writable bit is 0 again; sizes of resizable BARs stay.</summary>
    internal void Reset()
    {
        var (first, end) = (ResizableBarCapability, ResizableBarCapability + 4 + (8 * _resizable.Length));
        for (var i = 0; i < ConfigBytes; i++)
        {
            if (i < first || i >= end) _values[i] &= (byte)~_writable[i];
        }
    }

    /// <inheritdoc/>
    public override string ToString() => Name;

    private void Add(BarDeclaration declaration, bool isOfVirtualFunctions)
    {
        var taken = _bars.Where(bar => bar.IsOfVirtualFunctions == isOfVirtualFunctions)
            .Any(bar => bar.Slot < declaration.Slot + declaration.Slots && declaration.Slot < bar.Slot + (bar.Kind == BarKind.Memory64 ? 2 : 1));
        if (taken) throw new ArgumentException($"BAR {declaration.Slot} of {Name}: the slot is taken", nameof(declaration));
        _bars.Add(new BarRegister(this, declaration, isOfVirtualFunctions));
    }

    /// <summary>Per BAR a register of sizes and a control register: index, number of BARs, and the exponent of the size in use.</summary>
    private void DeclareResizable()
    {
        Declare(ResizableBarCapability, 4, 0, 0x0001_0015);
        for (var i = 0; i < _resizable.Length; i++)
        {
            var bar = ResizableTarget(i);
            var exponent = (uint)BitOperations.Log2(bar.Bytes >> 20);
            Declare(ResizableBarCapability + 4 + (8 * i), 4, 0, _resizable[i].Sizes);
            Declare(ResizableBarCapability + 8 + (8 * i), 4, 0, (uint)bar.Slot | ((uint)_resizable.Length << 5) | (exponent << 8));
            Declare(ResizableBarCapability + 9 + (8 * i), 1, 0x3F, 0);
            _values[ResizableBarCapability + 9 + (8 * i)] = (byte)exponent;
        }
    }

    private void ApplyResize(int offset, int bytes)
    {
        for (var i = 0; i < _resizable.Length; i++)
        {
            var size = ResizableBarCapability + 9 + (8 * i);
            if (size < offset || size >= offset + bytes) continue;
            var exponent = _values[size] & 0x3F;
            // A size that the capability does not offer leaves the BAR as it is.
            if (exponent < 28 && (_resizable[i].Sizes & (16u << exponent)) != 0) ResizableTarget(i).Resize(exponent);
        }
    }

    private BarRegister ResizableTarget(int i) => _bars.First(bar => !bar.IsOfVirtualFunctions && bar.Slot == _resizable[i].Slot);
}
