using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Fast.Lab;

/// <summary>Rows that one run of <c>fast measure</c> does, in the order of its points.</summary>
/// <param name="Name">The job's name.</param>
/// <param name="Rows">The rows.</param>
/// <param name="Lines">What the guest's shell runs.</param>
internal sealed record MatrixJob(string Name, ImmutableArray<LabRow> Rows, string Lines)
{
    // Compiled in full at the first call, so that the fast path's instructions are those of code that runs for a while.
    private const string Measure = "env DOTNET_TieredCompilation=0 fast measure";
    private const string Always = "--json --quiet --repeat 1 --count";

    /// <summary>The jobs for the rows of a kernel: as few as the tool's command line allows, since a start of it costs more than most rows.</summary>
    public static ImmutableArray<MatrixJob> Of(ImmutableArray<LabRow> rows) =>
    [
        .. rows.Where(row => row.Memory == LabRow.Bar).GroupBy(row => (row.BarBytes, row.Thp)).Select(group => OfBar(group.Key.BarBytes, group.Key.Thp, [.. group])),
        .. rows.Where(row => row.Memory != LabRow.Bar).GroupBy(row => (row.Memory, row.IovaSkew)).Select(group => OfMemory(group.Key.Memory, group.Key.IovaSkew, [.. group])),
    ];

    private static MatrixJob OfBar(ulong bar, string thp, ImmutableArray<LabRow> rows)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bar-{bar >> 20}M-{thp}");
        var cases = string.Join(' ', rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"--case {row.Bytes}@{row.Offset}:{row.VaSkew}:{row.IovaSkew}")));
        return new MatrixJob(name, rows, new StringBuilder()
            .Append(CultureInfo.InvariantCulture, $"echo {thp} > /sys/kernel/mm/transparent_hugepage/enabled\n")
            .Append(CultureInfo.InvariantCulture, $"job {name} {Measure} $(device {bar}) {Always} --fast-path {cases}\n").ToString());
    }

    private static MatrixJob OfMemory(string memory, ulong iovaSkew, ImmutableArray<LabRow> rows)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"memory-{memory}-{iovaSkew}");
        var sizes = string.Join(',', rows.Select(row => row.Bytes.ToString(CultureInfo.InvariantCulture)));
        var huge = memory == "2M" ? rows.Max(row => row.Bytes) >> 21 : 0;
        return new MatrixJob(name, rows, new StringBuilder("echo always > /sys/kernel/mm/transparent_hugepage/enabled\n")
            .Append(CultureInfo.InvariantCulture, $"echo {huge} > /proc/sys/vm/nr_hugepages\n")
            .Append(CultureInfo.InvariantCulture, $"job {name} {Measure} $BDF {Always} --frames --ram {memory} --size {sizes} --iova-skew {iovaSkew}\n").ToString());
    }
}
