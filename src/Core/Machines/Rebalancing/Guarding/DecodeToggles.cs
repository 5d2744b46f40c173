namespace Fast.Machines;

/// <summary>Counts how often a function's memory decode went off, but for the last time of one that is pulled out.</summary>
internal sealed class DecodeToggles : IPciObserver
{
    private readonly HashSet<PciFunction> _on = [];
    private readonly PciHierarchy _pci;

    /// <summary>Counts <paramref name="pci"/> from now on.</summary>
    public DecodeToggles(PciHierarchy pci)
    {
        _pci = pci;
        pci.Attach(this);
    }

    /// <summary>How often so far.</summary>
    public int Count { get; private set; }

    /// <inheritdoc/>
    public void Wrote(in ConfigWrite write)
    {
        if (write.Offset != ConfigRegister.Command) return;
        if (write.Function.DecodesMemory) _on.Add(write.Function);
        else if (_on.Remove(write.Function) && _pci.Cause != MapCause.Removal) Count++;
    }

    /// <inheritdoc/>
    public void Disappeared(in BarMapping mapping)
    {
    }

    /// <inheritdoc/>
    public void Appeared(in BarMapping mapping)
    {
    }
}
