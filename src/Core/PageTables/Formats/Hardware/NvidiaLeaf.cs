using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Which memory an address of a GPU entry is one of. NVIDIA open-gpu-doc, <c>NV_MMU_VER2_PTE_APERTURE</c>.</summary>
public enum NvidiaAperture
{
    /// <summary>The GPU's own memory.</summary>
    VideoMemory,

    /// <summary>Another GPU's memory; leaves only.</summary>
    Peer,

    /// <summary>The host's memory, snooped.</summary>
    SystemCoherent,

    /// <summary>The host's memory, not snooped.</summary>
    SystemNonCoherent,
}

/// <summary>What a leaf of an NVIDIA table says beside frame, size and permissions. See <see cref="NvidiaV2.LeafOf"/> and <see cref="NvidiaV3.LeafOf"/>.</summary>
public readonly record struct NvidiaLeaf
{
    /// <summary>Which memory the frame is one of.</summary>
    public required NvidiaAperture Aperture { get; init; }

    /// <summary>Number of the other GPU; 0 unless the aperture is <see cref="NvidiaAperture.Peer"/>.</summary>
    public int PeerId { get; init; }

    /// <summary>Storage kind: pitch, block-linear, compressed and so on (<c>NV_MMU_PTE_KIND</c>).</summary>
    public byte Kind { get; init; }

    /// <summary>Not cached in the GPU's L2.</summary>
    public bool IsVolatile { get; init; }

    /// <summary>Encrypted; version 2 only.</summary>
    public bool IsEncrypted { get; init; }

    /// <summary>Not for user engines.</summary>
    public bool IsPrivileged { get; init; }

    /// <summary>Not for writes.</summary>
    public bool IsReadOnly { get; init; }

    /// <summary>Whether atomic operations are allowed.</summary>
    public bool AllowsAtomics { get; init; }

    /// <summary>Whether access counters count; version 2 cannot forbid it.</summary>
    public bool CountsAccesses { get; init; }

    /// <summary>Line of compression tags of video memory; version 2 only. For a peer behind a switch drivers keep upper address bits there.</summary>
    public int CompressionTags { get; init; }

    /// <summary>The aperture that a leaf names.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static NvidiaAperture ApertureOf(ulong raw) => (NvidiaAperture)(raw >> 1 & 3);
}

/// <summary>A table to which an NVIDIA entry points. See <see cref="NvidiaV2.TableOf"/> and <see cref="NvidiaV3.TableOf"/>.</summary>
/// <param name="Aperture">Which memory it is in; never <see cref="NvidiaAperture.Peer"/>.</param>
/// <param name="Address">Its address in that memory.</param>
/// <param name="IsVolatile">Not cached in the GPU's L2.</param>
/// <param name="AllowsAts">Whether the address may be looked up in the host's tables at the same time.</param>
public readonly record struct NvidiaTable(NvidiaAperture Aperture, PhysicalAddress Address, bool IsVolatile, bool AllowsAts)
{
    /// <summary>
    /// What is added to the address of a table in system memory when a walk asks for it, so that a memory can tell the two apart: video memory is asked for below
    /// 2^63, system memory from there on. To be added to a root in system memory, too. An arena has no such memory: a table in one may only point to others of it.
    /// </summary>
    public const ulong SystemMemory = 1UL << 63;

    /// <summary>The aperture that an entry above the last table names; not the same code as in leaves. <see langword="null"/>: no table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static NvidiaAperture? ApertureOf(ulong raw) => (raw >> 1 & 3) switch
    {
        0 => null,
        1 => NvidiaAperture.VideoMemory,
        2 => NvidiaAperture.SystemCoherent,
        _ => NvidiaAperture.SystemNonCoherent,
    };

    /// <summary>What a walk asks the memory for.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Locate(NvidiaAperture aperture, ulong address) => aperture == NvidiaAperture.VideoMemory ? address : address | SystemMemory;
}
