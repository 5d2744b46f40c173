using System.Collections.Immutable;
using System.Globalization;
using System.IO.Hashing;

namespace Fast.Machines.Xen;

/// <summary>A cost of a step, or a limit of a call.</summary>
/// <param name="Name">Its name in the file, with its unit.</param>
/// <param name="Value">The number.</param>
/// <param name="Confidence"><c>measured</c>, <c>derived</c> from what was, <c>read</c> in Xen's source, or <c>assumed</c>.</param>
/// <param name="Source">Id of the source, one of <see cref="XenCosts.Sources"/>.</param>
public sealed record XenCost(string Name, double Value, string Confidence, string Source);

/// <summary>
/// What Xen's steps cost in simulated time, and how much it does in one call; each with source and confidence, in a file of the knowledge file's discipline.
/// <see cref="Default"/> is the one that the assembly carries. Steps are counted, whatever they cost: of the figures only times depend on these.
/// </summary>
public sealed class XenCosts
{
    /// <summary>What the field <c>schema</c> of the file must say.</summary>
    public const string Schema = "fast.xen-costs/1";

    private static readonly string[] NanosecondNames =
    [
        "hypercallNanoseconds", "lockNanoseconds", "entryNanoseconds", "splitNanoseconds", "referenceNanoseconds", "iommuEntryNanoseconds", "flushNanoseconds",
        "flushPerVcpuNanoseconds", "iotlbFlushNanoseconds", "faultNanoseconds", "pauseNanoseconds", "exchangeFrameNanoseconds",
    ];

    private static readonly (string Name, int Least, int Most)[] Limits =
        [("mmioEntriesPerCall", 1, 1 << 20), ("foreignEntriesPerCall", 1, 1 << 20), ("lentEntriesPerCall", 1, 1 << 20)];

    private static readonly Lazy<XenCosts> Embedded = new(ReadEmbedded);
    private readonly ImmutableDictionary<string, XenCost> _figures;

    private XenCosts(ImmutableArray<XenCost> figures, ImmutableDictionary<string, string> sources, string fingerprint)
    {
        Figures = figures;
        _figures = figures.ToImmutableDictionary(each => each.Name, StringComparer.Ordinal);
        Sources = sources;
        Fingerprint = fingerprint;
    }

    /// <summary>The costs that the assembly carries.</summary>
    public static XenCosts Default => Embedded.Value;

    /// <summary>All figures, in the order of the file.</summary>
    public ImmutableArray<XenCost> Figures { get; }

    /// <summary>Texts of the sources, by id.</summary>
    public ImmutableDictionary<string, string> Sources { get; }

    /// <summary>XxHash3 of the file's bytes.</summary>
    public string Fingerprint { get; }

    /// <summary>Into Xen and back.</summary>
    public double Hypercall => _figures["hypercallNanoseconds"].Value;

    /// <summary>Taking and dropping the p2m lock when nobody else wants it.</summary>
    public double Lock => _figures["lockNanoseconds"].Value;

    /// <summary>Each entry of the p2m that is written on purpose.</summary>
    public double Entry => _figures["entryNanoseconds"].Value;

    /// <summary>Each table that a split takes and fills.</summary>
    public double Split => _figures["splitNanoseconds"].Value;

    /// <summary>Each reference taken or dropped.</summary>
    public double Reference => _figures["referenceNanoseconds"].Value;

    /// <summary>Each entry of an IOMMU table of its own.</summary>
    public double IommuEntry => _figures["iommuEntryNanoseconds"].Value;

    /// <summary>A flush of the CPUs' EPT or NPT translations.</summary>
    public double Flush => _figures["flushNanoseconds"].Value;

    /// <summary>And for each vCPU that it reaches.</summary>
    public double FlushPerVcpu => _figures["flushPerVcpuNanoseconds"].Value;

    /// <summary>A flush of the IOMMU's translations.</summary>
    public double IotlbFlush => _figures["iotlbFlushNanoseconds"].Value;

    /// <summary>A guest's access that faults: out to dom0 and back, without what dom0 does about it.</summary>
    public double Fault => _figures["faultNanoseconds"].Value;

    /// <summary>Taking a vCPU off its CPU and putting it back.</summary>
    public double Pause => _figures["pauseNanoseconds"].Value;

    /// <summary>Each frame of a memory exchange.</summary>
    public double ExchangeFrame => _figures["exchangeFrameNanoseconds"].Value;

    /// <summary>How fast a buffer is copied between RAM and the GPU's memory.</summary>
    public double CopyBytesPerSecond => _figures["copyBytesPerSecond"].Value;

    /// <summary>Entries that one call writes.</summary>
    public int EntriesPerCall(P2mType type) => (int)_figures[type switch
    {
        P2mType.MmioDirect => "mmioEntriesPerCall",
        P2mType.Lent => "lentEntriesPerCall",
        _ => "foreignEntriesPerCall",
    }].Value;

    /// <summary>Reads a file and checks it: unknown, missing, doubled and nonsensical fields are errors.</summary>
    /// <param name="utf8">Content of the file.</param>
    /// <param name="source">Its name, for messages.</param>
    /// <param name="costs">The costs.</param>
    /// <param name="error">One line: file, line, field, what is wrong; or <see langword="null"/>.</param>
    public static bool TryRead(ReadOnlySpan<byte> utf8, string source, out XenCosts? costs, out string? error)
    {
        try
        {
            costs = Read(JsonPart.Parse(utf8), source, XxHash3.HashToUInt64(utf8).ToString("x16", CultureInfo.InvariantCulture));
            error = null;
            return true;
        }
        catch (KnowledgeFault fault)
        {
            costs = null;
            error = FormattableString.Invariant($"{source}, line {fault.Line}: {PciListingError.OneLine(fault.Path.Length == 0 ? fault.Message : $"{fault.Path}: {fault.Message}")}; see fast.xen-costs-1.schema.json");
            return false;
        }
    }

    private static XenCosts Read(JsonPart root, string source, string fingerprint)
    {
        var schema = root.Take("schema");
        if (schema.Text() != Schema) throw schema.Fault($"expected '{Schema}'");
        var reader = new KnowledgeReader(source, fingerprint);
        var sources = reader.ReadSources(root.Take("sources"));
        var figures = ImmutableArray.CreateBuilder<XenCost>();
        var costs = root.Take("costs");
        foreach (var name in NanosecondNames)
        {
            var figure = reader.ReadFigure(costs.Take(name), 0);
            figures.Add(new XenCost(name, figure.Value, figure.Confidence.ToString().ToLowerInvariant(), figure.Source));
        }

        var copy = reader.ReadFigure(costs.Take("copyBytesPerSecond"), 1);
        figures.Add(new XenCost("copyBytesPerSecond", copy.Value, copy.Confidence.ToString().ToLowerInvariant(), copy.Source));
        costs.Done();
        var limits = root.Take("limits");
        foreach (var (name, least, most) in Limits) figures.Add(Limit(name, limits.Take(name), least, most, reader));
        limits.Done();
        root.Done();
        return new XenCosts(figures.ToImmutable(), sources, fingerprint);
    }

    private static XenCost Limit(string name, JsonPart part, int least, int most, KnowledgeReader reader)
    {
        var limit = new XenCost(name, part.Take("value").Whole(least, most), part.Take("confidence").Word("read", "assumed"), reader.Known(part.Take("source")));
        part.Done();
        return limit;
    }

    private static XenCosts ReadEmbedded()
    {
        using var stream = typeof(XenCosts).Assembly.GetManifestResourceStream("xen-costs.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return TryRead(bytes, "xen-costs.json", out var costs, out var error) ? costs! : throw new InvalidOperationException(error);
    }
}
