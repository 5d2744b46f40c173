using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Fast.Lab;

/// <summary>The lines that a guest's shell runs for the rows of a kernel.</summary>
internal static class MatrixJobs
{
    // The fast path is compiled in full, as it would be after some time; how often it runs is what the shortest time is taken from.
    private const string FullJit = "env DOTNET_TieredCompilation=0 DOTNET_ReadyToRun=0";
    private const int FastRuns = 9;

    /// <summary>The job that counts a row's calls.</summary>
    public static string Counted(int row) => string.Create(CultureInfo.InvariantCulture, $"r{row}.count");

    /// <summary>The job that takes its instructions.</summary>
    public static string Timed(int row) => string.Create(CultureInfo.InvariantCulture, $"r{row}.time");

    /// <summary>The job in which the fast path does the same.</summary>
    public static string Fast(int row) => string.Create(CultureInfo.InvariantCulture, $"r{row}.fast");

    /// <summary>All lines.</summary>
    public static string Script(ImmutableArray<LabRow> rows)
    {
        var script = new StringBuilder("huge=/proc/sys/vm/nr_hugepages\n");
        // The first program of a guest pays for what is read from the image and translated by the emulator.
        script.Append("fast map --size 2M --path fast > /dev/null\n");
        for (var row = 0; row < rows.Length; row++)
        {
            if (rows[row].Memory == LabRow.Bar) AddBar(script, row, rows[row]);
            else AddMemory(script, row, rows[row]);
        }

        return script.ToString();
    }

    private static void AddBar(StringBuilder script, int number, LabRow row)
    {
        var measure = string.Create(CultureInfo.InvariantCulture,
            $"fast measure $(device {row.BarBytes}) --json --quiet --repeat 1 --size {row.Bytes} --offset {row.Offset} --iova-skew {row.IovaSkew}");
        var model = string.Join(' ', ModelledBar.Arguments(row, 0).TakeWhile(argument => argument != "--va-skew"));
        script.Append(CultureInfo.InvariantCulture, $"echo {row.Thp} > /sys/kernel/mm/transparent_hugepage/enabled\n");
        script.Append(CultureInfo.InvariantCulture, $"job {Counted(number)} {measure} --count --va-skew {row.VaSkew}\n");
        // Where an mmap that chooses nothing came to be, the two others are put.
        script.Append("skew=$(sed -n 's/.*\"vaSkew\": \\([0-9]*\\).*/\\1/p' /tmp/out)\n");
        script.Append(CultureInfo.InvariantCulture, $"job {Timed(number)} {measure} --va-skew ${{skew:-0}}\n");
        script.Append(CultureInfo.InvariantCulture, $"job {Fast(number)} {FullJit} fast {model} --va-skew ${{skew:-0}} --iova-skew {row.IovaSkew} --thp {row.Thp} --path fast --warm --repeat {FastRuns}\n");
    }

    private static void AddMemory(StringBuilder script, int number, LabRow row)
    {
        script.Append("echo always > /sys/kernel/mm/transparent_hugepage/enabled\n");
        if (row.Memory == "2M") script.Append(CultureInfo.InvariantCulture, $"echo {row.Bytes >> 21} > $huge\n");
        script.Append(CultureInfo.InvariantCulture,
            $"job {Counted(number)} fast measure $BDF --json --quiet --repeat 1 --count --frames --ram {row.Memory} --size {row.Bytes} --iova-skew {row.IovaSkew}\n");
        if (row.Memory == "2M") script.Append("echo 0 > $huge\n");
    }
}
