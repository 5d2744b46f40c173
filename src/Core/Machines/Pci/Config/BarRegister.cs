using System.Numerics;

namespace Fast.Machines;

/// <summary>One BAR of a function: the registers that hold its address, and what it decodes with the values that they have now.</summary>
public sealed class BarRegister
{
    private const int ResizeUnit = 20;
    private readonly BarDeclaration _declaration;
    private readonly int _offset;

    internal BarRegister(PciFunction function, BarDeclaration declaration, bool isOfVirtualFunctions)
    {
        var (slot, bytes) = (declaration.Slot, declaration.Bytes);
        var slots = isOfVirtualFunctions ? 6 : function.BarSlots;
        if (slot < 0 || slot + declaration.Slots > slots) throw new ArgumentException($"BAR {slot} of {function.Name}: the header has {slots} slots", nameof(declaration));
        var least = declaration.Kind == BarKind.IoPorts ? 4UL : 16;
        if (!BitOperations.IsPow2(bytes) || bytes < least) throw new ArgumentException($"BAR {slot} of {function.Name}: {bytes} bytes; a size is a power of two from {least} on", nameof(declaration));
        if (declaration.Kind != BarKind.Memory64 && bytes > 1UL << 31) throw new ArgumentException($"BAR {slot} of {function.Name}: {bytes} bytes do not fit a 32-bit BAR", nameof(declaration));
        Function = function;
        _declaration = declaration;
        Bytes = bytes;
        IsOfVirtualFunctions = isOfVirtualFunctions;
        _offset = (isOfVirtualFunctions ? ConfigRegister.SriovBar0 : ConfigRegister.Bar0) + (4 * slot);
        Declare();
    }

    /// <summary>The function.</summary>
    public PciFunction Function { get; }

    /// <summary>First slot.</summary>
    public int Slot => _declaration.Slot;

    /// <summary>What it decodes.</summary>
    public BarKind Kind => _declaration.Kind;

    /// <summary>Whether reads have no side effects.</summary>
    public bool Prefetchable => _declaration.Prefetchable;

    /// <summary>A BAR of the SR-IOV capability.</summary>
    public bool IsOfVirtualFunctions { get; }

    /// <summary>Its size; of one virtual function, when it is of those.</summary>
    public ulong Bytes { get; private set; }

    /// <summary>Offset of its first register.</summary>
    public int Offset => _offset;

    /// <summary>The address in its registers.</summary>
    public ulong Address
    {
        get
        {
            var low = Function.Read(_offset, 4) & (Kind == BarKind.IoPorts ? ~3u : ~0xFu);
            return Kind == BarKind.Memory64 ? low | ((ulong)Function.Read(_offset + 4, 4) << 32) : low;
        }
    }

    /// <summary>
    /// What the function answers to now, or <see langword="null"/>. As QEMU has it on PCs, a BAR at address 0 is not mapped, nor one that wraps, nor a 32-bit
    /// one that reaches the last byte below 4 GiB: all of these are values that sizing leaves for a moment.
    /// </summary>
    public BusRange? Decoded
    {
        get
        {
            if (!IsEnabled) return null;
            var bytes = Bytes * (IsOfVirtualFunctions ? Function.NumVfs : 1);
            var last = Address + (bytes - 1);
            var outside = Address == 0 || bytes == 0 || last <= Address || last == ulong.MaxValue || (Kind != BarKind.Memory64 && last >= uint.MaxValue);
            return outside ? null : new BusRange(Address, last);
        }
    }

    private bool IsEnabled => IsOfVirtualFunctions
        ? Function.VfsDecodeMemory
        : Kind == BarKind.IoPorts ? Function.DecodesIo : Function.DecodesMemory;

    /// <summary>Takes another size; address bits that the new size has no use for read as zero from now on.</summary>
    internal void Resize(int exponent)
    {
        Bytes = 1UL << (ResizeUnit + exponent);
        Declare();
    }

    /// <summary><c>BAR 2 of 01:00.0</c>.</summary>
    public override string ToString() => $"{(IsOfVirtualFunctions ? "VF BAR" : "BAR")} {Slot} of {Function.Name}";

    private void Declare()
    {
        var writable = ~(Bytes - 1);
        Function.Declare(_offset, 4, (uint)writable & ~0xFu | (Kind == BarKind.IoPorts ? (uint)writable & 0xC : 0), _declaration.TypeBits);
        if (Kind == BarKind.Memory64) Function.Declare(_offset + 4, 4, (uint)(writable >> 32), 0);
    }
}
