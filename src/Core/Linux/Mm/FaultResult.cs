namespace Fast.Linux;

/// <summary>How a fault handler ended (<c>vm_fault_t</c>).</summary>
internal enum FaultResult
{
    /// <summary>VM_FAULT_NOPAGE: the translation is there.</summary>
    NoPage,

    /// <summary>VM_FAULT_FALLBACK: not with this order; try a smaller one.</summary>
    Fallback,

    /// <summary>VM_FAULT_SIGBUS: the device does not answer.</summary>
    SigBus,

    /// <summary>VM_FAULT_OOM: no memory for a table.</summary>
    Oom,
}
