using System.Globalization;
using System.Reflection;

namespace Fast.PageTables.Tests.Hatch.Nvidia;

/// <summary>
/// One version under test: the emitted walk, its decoding of leaves and pointers, and how its entries are written. The format's type may be of another assembly than
/// the library: a mutant.
/// </summary>
internal sealed class NvidiaSubject
{
    private readonly int _version;
    private readonly FormatUnderTest _format;

    private NvidiaSubject(int version, Assembly library) =>
        (_version, Twin, _format) = (version, new NvidiaTwin(version), new FormatUnderTest(library, version == 2 ? nameof(NvidiaV2) : nameof(NvidiaV3)));

    public static NvidiaSubject[] All => Of(typeof(NvidiaV2).Assembly);

    /// <summary>Both versions of an assembly, or the one that it has.</summary>
    public static NvidiaSubject[] Of(Assembly library) => [.. new[] { 2, 3 }.Where(version => FormatUnderTest.Exists(library, "NvidiaV" + version)).Select(version => new NvidiaSubject(version, library))];

    public int Version => _version;

    public NvidiaTwin Twin { get; }

    public string Name => "nvidia-v" + _version.ToString(CultureInfo.InvariantCulture);

    /// <summary>Level of the root.</summary>
    public int Top => Twin.Directories.Length;

    public FormatFacts Facts => _format.Facts;

    public WalkResult Walk(TableImage image, ulong root, ulong input) => _format.Walk(image.Memory, root, new Iova(input));

    public NvidiaTable? TableOf(int level, int slot, ulong raw) => _format.Call<NvidiaTable?>(nameof(NvidiaV2.TableOf), level, slot, raw);

    /// <summary>An entry that points to a table; aperture 1 video memory, 2 and 3 system memory.</summary>
    public ulong Pde(ulong address, ulong aperture = 1) => (_version == 2 ? address >> 4 : address) | (aperture << 1);

    /// <summary>A leaf; aperture 0 video memory, 1 peer, 2 and 3 system memory.</summary>
    public ulong Pte(ulong address, ulong aperture = 0, ulong more = 0) => (_version == 2 ? address >> 4 : address) | (aperture << 1) | 1 | more;

    public ulong Sparse { get; } = 1 << 3;

    public ulong NoSmallPages => _version == 2 ? 1UL << 5 : 3 << 3;

    /// <summary>Shift and index bits of a level above the last tables.</summary>
    public (int Shift, int Bits) Level(int level) => Twin.Directories[Top - level];

    /// <summary>A walk as the vectors write it.</summary>
    public NvidiaOutcome Outcome(TableImage image, ulong root, ulong input)
    {
        var walk = Walk(image, root, input);
        return new NvidiaOutcome(walk.IsLeaf ? Describe(walk, input) : walk.Status.ToString(), walk.Level, walk.Entry);
    }

    /// <summary>A pointer as the vectors write it.</summary>
    public static string Describe(NvidiaTable table) =>
        (table.Aperture switch { NvidiaAperture.VideoMemory => "VID", NvidiaAperture.SystemCoherent => "SYSC", NvidiaAperture.SystemNonCoherent => "SYSN", _ => "?" })
        + (table.IsVolatile ? " VOL" : "") + (table.AllowsAts ? "" : " noATS");

    private string Describe(in WalkResult walk, ulong input)
    {
        var (leaf, more) = (walk.Leaf, _format.Call<NvidiaLeaf>(nameof(NvidiaV2.LeafOf), walk));
        var aperture = more.Aperture switch
        {
            NvidiaAperture.VideoMemory => "VID",
            NvidiaAperture.Peer => "PEER",
            NvidiaAperture.SystemCoherent => "SYSC",
            NvidiaAperture.SystemNonCoherent => "SYSN",
            _ => "?",
        };
        if (more.Aperture == NvidiaAperture.Peer || more.PeerId != 0) aperture += " peer" + more.PeerId.ToString(CultureInfo.InvariantCulture);
        var write = leaf.Permissions.HasFlag(Permissions.Write);
        var user = leaf.Permissions.HasFlag(Permissions.User);
        var agree = write != more.IsReadOnly && user != more.IsPrivileged && (leaf.Permissions & ~(Permissions.ReadWrite | Permissions.User)) == 0;
        var rights = (leaf.Permissions.HasFlag(Permissions.Read) ? "R" : "-") + (write ? "W" : "-") + (more.AllowsAtomics ? "A" : "-") + (user ? "U" : "P") + (agree ? "" : "?");
        var kind = more.Kind.ToString(_version == 2 ? "X2" : "X1", CultureInfo.InvariantCulture);
        var output = ((leaf.Pfn.Value << 12) | (input & 0xFFF)).ToString("X", CultureInfo.InvariantCulture);
        return $"leaf OA 0x{output}, 2^{leaf.Size.Shift}, {rights}, {aperture}" + (more.IsVolatile ? " VOL" : "") + (more.IsEncrypted ? " ENC" : "")
            + (more.CountsAccesses ? "" : " ACD") + " K" + kind + (more.CompressionTags == 0 ? "" : " tags" + more.CompressionTags.ToString("X", CultureInfo.InvariantCulture));
    }
}
