using System.Collections.Immutable;

namespace Fast.Lab;

/// <summary>Boots each kernel once, does all its rows in there, and holds the model against what it did.</summary>
internal static class MatrixRun
{
    /// <summary>Runs the rows.</summary>
    public static async Task<ImmutableArray<RowResult>> RunAsync(LabSetup setup, ImmutableArray<KernelEntry> kernels, ImmutableArray<LabRow> rows, ImmutableArray<ulong> bars, TimeSpan limit, CancellationToken cancellation)
    {
        var results = ImmutableArray.CreateBuilder<RowResult>(rows.Length);
        foreach (var kernel in kernels)
        {
            ImmutableArray<LabRow> own = [.. rows.Where(row => row.Kernel == kernel.Version)];
            if (own.IsEmpty) continue;
            try
            {
                await setup.KernelAsync(kernel, cancellation);
            }
            catch (LabException missing)
            {
                results.AddRange(own.Select(row => RowResult.Without(kernel.Release, row, RowStatus.NoKernel, missing.Message)));
                continue;
            }

            results.AddRange(await RunAsync(setup, kernel, own, bars, limit, cancellation));
        }

        return results.ToImmutable();
    }

    private static async Task<ImmutableArray<RowResult>> RunAsync(LabSetup setup, KernelEntry kernel, ImmutableArray<LabRow> rows, ImmutableArray<ulong> bars, TimeSpan limit, CancellationToken cancellation)
    {
        var machine = new QemuMachine { Bars = bars };
        var jobs = $"export BDF=$(device {bars[0]})\n{MatrixJobs.Script(rows)}";
        var report = await VfioGuest.RunAsync(setup, kernel, machine, jobs, limit, cancellation);
        foreach (var note in report.Notes) setup.Log($"{kernel.Release}: {note}");
        var tool = await setup.ToolAsync(cancellation);
        var results = ImmutableArray.CreateBuilder<RowResult>(rows.Length);
        for (var row = 0; row < rows.Length; row++)
        {
            try
            {
                results.Add(await CompareAsync(tool, kernel, rows[row], row, report, cancellation));
            }
            catch (LabException problem)
            {
                results.Add(RowResult.Without(kernel.Release, rows[row], RowStatus.Failed, problem.Message));
            }
        }

        return results.MoveToImmutable();
    }

    private static async Task<RowResult> CompareAsync(string tool, KernelEntry kernel, LabRow row, int number, GuestReport report, CancellationToken cancellation)
    {
        var counted = GuestMeasurement.Read(report.Job(MatrixJobs.Counted(number)));
        if (row.Memory != LabRow.Bar) return RowResult.Of(kernel.Release, row, counted.Counts, ModelledMemory.Execute(row, counted.Frames), null);
        var model = await ModelledBar.ExecuteAsync(tool, row, counted.VaSkew ?? 0, cancellation);
        var timed = GuestMeasurement.Read(report.Job(MatrixJobs.Timed(number)));
        var fast = FastPathRun.Read(report.Job(MatrixJobs.Fast(number)));
        return RowResult.Of(kernel.Release, row, counted.Counts, model, new InstructionCounts(timed.MapFirst, timed.MapAgain, timed.Unmap, fast.Map, fast.Unmap, fast.Leaves));
    }
}
