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
        var jobs = MatrixJob.Of(rows);
        var script = $"export BDF=$(device {bars[0]})\n{string.Concat(jobs.Select(job => job.Lines))}";
        var report = await VfioGuest.RunAsync(setup, kernel, machine, script, limit, cancellation);
        foreach (var note in report.Notes) setup.Log($"{kernel.Release}: {note}");
        var tool = await setup.ToolAsync(cancellation);
        var results = ImmutableArray.CreateBuilder<RowResult>(rows.Length);
        foreach (var job in jobs)
        {
            try
            {
                var measured = GuestMeasurement.ReadAll(report.Job(job.Name));
                if (measured.Length != job.Rows.Length) throw new LabException($"'{job.Name}' has {measured.Length} points for {job.Rows.Length} rows");
                for (var i = 0; i < measured.Length; i++) results.Add(await CompareAsync(tool, kernel, job.Rows[i], measured[i], cancellation));
            }
            catch (LabException problem)
            {
                results.AddRange(job.Rows.Select(row => RowResult.Without(kernel.Release, row, RowStatus.Failed, problem.Message)));
            }
        }

        return results.ToImmutable();
    }

    private static async Task<RowResult> CompareAsync(string tool, KernelEntry kernel, LabRow row, GuestMeasurement measured, CancellationToken cancellation)
    {
        var model = row.Memory == LabRow.Bar
            ? await ModelledBar.ExecuteAsync(tool, row, measured.VaSkew ?? 0, cancellation)
            : ModelledMemory.Execute(row, measured.Frames);
        // An mmap that chooses no address may lie under a table that another mapping of the process has made.
        if (row.VaSkew == LabRow.Natural) model = model with { PageTableBytes = null };
        return RowResult.Of(kernel.Release, row, measured.Counts, model, measured.Instructions);
    }
}
