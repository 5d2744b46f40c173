using Fast.PageTables;

namespace Fast.Linux;

/// <summary>
/// An IOMMU that a host may have: the format of its tables and what it is called. Two equal kinds make domains that behave the same. Write
/// <see cref="IommuKind{TFormat,TPin}"/> for a format of your own.
/// </summary>
/// <param name="Id">Name of the format.</param>
/// <param name="Alias">Shorter name, or <see langword="null"/>.</param>
/// <param name="Title">Name for people.</param>
/// <param name="IsCounted">Whether real kernels were counted mapping into such tables; if not, the cost of a step is another IOMMU's.</param>
public abstract record IommuKind(string Id, string? Alias, string Title, bool IsCounted)
{
    /// <summary>The name to write: the alias where there is one.</summary>
    public string Name => Alias ?? Id;

    /// <summary>The format.</summary>
    public abstract FormatFacts Facts { get; }

    /// <summary>Page sizes, aperture, and what follows from them.</summary>
    public abstract IommuGeometry Geometry { get; }

    /// <summary>Whether type1 of a kernel unmaps entry by entry here, as <see cref="IommuDomain.UnmapsWholeEntries"/> says.</summary>
    public bool UnmapsWholeEntries(KernelProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return profile.ProbesFineGrainedSuperPages && Geometry.HasFineGrainedSuperPages;
    }

    /// <summary>An empty domain.</summary>
    public abstract IommuDomain CreateDomain(KernelProfile profile, TableArena arena, KernelCounters counters);
}

/// <summary>An IOMMU whose tables have a format known when this is compiled.</summary>
/// <typeparam name="TFormat">The format.</typeparam>
/// <typeparam name="TPin">The pin loop from the CPU's tables: an emitted one, or <see cref="RunPin{TSource,TDestination}"/>.</typeparam>
/// <param name="Alias">Shorter name, or <see langword="null"/>.</param>
/// <param name="Title">Name for people.</param>
/// <param name="IsCounted">Whether real kernels were counted mapping into such tables.</param>
public record IommuKind<TFormat, TPin>(string? Alias, string Title, bool IsCounted = false) : IommuKind(TFormat.Facts.Name, Alias, Title, IsCounted)
    where TFormat : struct, IRunFormat, IProtectFormat
    where TPin : struct, IPinLoop<X64L4, TFormat>
{
    /// <inheritdoc/>
    public override FormatFacts Facts => TFormat.Facts;

    /// <inheritdoc/>
    public override IommuGeometry Geometry => IommuDomain<TFormat, TPin>.OfFormat;

    /// <inheritdoc/>
    public override IommuDomain CreateDomain(KernelProfile profile, TableArena arena, KernelCounters counters) => new IommuDomain<TFormat, TPin>(profile, arena, counters);
}

/// <summary>The same for a format in which hardware notes that devices wrote.</summary>
/// <inheritdoc cref="IommuKind{TFormat,TPin}"/>
public sealed record DirtyIommuKind<TFormat, TPin>(string? Alias, string Title, bool IsCounted = false) : IommuKind<TFormat, TPin>(Alias, Title, IsCounted)
    where TFormat : struct, IRunFormat, IProtectFormat, IDirtyFormat
    where TPin : struct, IPinLoop<X64L4, TFormat>
{
    /// <summary>Whether Linux reads the note, too: its table code does so for AMD's host tables and VT-d's second stage alone.</summary>
    public bool IsReadByLinux { get; init; }

    /// <inheritdoc/>
    public override IommuDomain CreateDomain(KernelProfile profile, TableArena arena, KernelCounters counters) =>
        new DirtyIommuDomain<TFormat, TPin>(profile, arena, counters, IsReadByLinux);
}
