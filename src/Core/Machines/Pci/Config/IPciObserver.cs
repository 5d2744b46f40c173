namespace Fast.Machines;

/// <summary>A BAR, or the part of one that every bridge above lets through, at its place in the guest's address space.</summary>
/// <param name="Bar">The BAR.</param>
/// <param name="Range">Where.</param>
/// <param name="BarOffset">First byte of the BAR that is visible there.</param>
public readonly record struct BarMapping(BarRegister Bar, BusRange Range, ulong BarOffset);

/// <summary>One config write.</summary>
/// <param name="Function">The function.</param>
/// <param name="Offset">The register.</param>
/// <param name="Bytes">Bytes written.</param>
/// <param name="Value">The value as written.</param>
public readonly record struct ConfigWrite(PciFunction Function, int Offset, int Bytes, uint Value)
{
    /// <summary><c>01:00.0 @0x4 &lt;- 0x103</c>.</summary>
    public override string ToString() => $"{Function?.Name} @0x{Offset:x} <- 0x{Value:x}";
}

/// <summary>Who has to follow what becomes visible: a VMM, a hypervisor, a counter.</summary>
public interface IPciObserver
{
    /// <summary>A register was written; what is visible has not been looked at yet, as a VMM forwards a write to the device before it changes its map.</summary>
    void Wrote(in ConfigWrite write);

    /// <summary>A BAR went out of sight.</summary>
    void Disappeared(in BarMapping mapping);

    /// <summary>A BAR came into sight: one map event.</summary>
    void Appeared(in BarMapping mapping);

    /// <summary>What is visible was looked at after a write, and everything that changed has been told.</summary>
    void Settled(in ConfigWrite write)
    {
    }
}
