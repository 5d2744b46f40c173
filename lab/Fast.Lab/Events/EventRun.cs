using System.Collections.Immutable;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Lab;

/// <summary>A guest with a kernel: what QEMU saw and what the model did.</summary>
/// <param name="Kernel">The release.</param>
/// <param name="Guest">The guest.</param>
/// <param name="Real">Replayed from the trace; <see langword="null"/> when there is none.</param>
/// <param name="Model">The model's.</param>
/// <param name="Problem">Why there is no trace.</param>
internal sealed record EventResult(string Kernel, string Guest, EventCounts? Real, EventCounts Model, string? Problem)
{
    /// <summary>Whether both did the same.</summary>
    public bool Agrees => Real == Model;
}

/// <summary>The document of <c>events --json</c>.</summary>
internal sealed record EventReport(string Schema, string Host, ImmutableArray<EventResult> Rows)
{
    /// <summary>The document's schema.</summary>
    public const string SchemaId = "fast.lab-events/1";

    /// <summary>Whether all agree.</summary>
    public bool IsClean => Rows.All(row => row.Agrees);
}

/// <summary>Boots plain guests whose config writes QEMU traces, and holds the register model's boot to them.</summary>
internal static class EventRun
{
    private const string OvmfFolder = "/usr/share/OVMF";

    /// <summary>Runs all guests on all kernels.</summary>
    public static async Task<EventReport> RunAsync(LabSetup setup, ImmutableArray<KernelEntry> kernels, TimeSpan limit, CancellationToken cancellation)
    {
        var rows = ImmutableArray.CreateBuilder<EventResult>();
        foreach (var kernel in kernels)
        {
            if (!KernelVersion.TryParse(kernel.Version, out var version, out var error)) throw new LabException(error!);
            foreach (var guest in EventGuest.All)
            {
                setup.Log($"{kernel.Release}: {guest.Title}");
                var model = guest.Model(version);
                try
                {
                    rows.Add(new EventResult(kernel.Release, guest.Title, guest.Replay(await TraceAsync(setup, kernel, guest, limit, cancellation)), model, null));
                }
                catch (LabException problem)
                {
                    rows.Add(new EventResult(kernel.Release, guest.Title, null, model, problem.Message));
                }
            }
        }

        return new EventReport(EventReport.SchemaId, LabSetup.Host, rows.ToImmutable());
    }

    /// <summary>Writes it for people.</summary>
    public static void Write(EventReport report, TextWriter output)
    {
        output.WriteLine("How often a BAR of 4G comes into the guest's sight and goes (maps/unmaps), replayed from QEMU's trace of config writes, and by the model:");
        foreach (var row in report.Rows)
            output.WriteLine($"{row.Kernel,-22}{row.Guest,-20}{(row.Agrees ? "equal  " : "DIFFER ")}{row.Real?.ToString() ?? "no trace: " + row.Problem}{(row.Agrees || row.Real is null ? "" : $"; model: {row.Model}")}");
        output.WriteLine($"{report.Rows.Count(row => row.Agrees)} of {report.Rows.Length} agree.");
    }

    private static async Task<ImmutableArray<TraceLine>> TraceAsync(LabSetup setup, KernelEntry kernel, EventGuest guest, TimeSpan limit, CancellationToken cancellation)
    {
        var files = await setup.KernelAsync(kernel, cancellation);
        var folder = Directory.CreateTempSubdirectory("fast-lab-").FullName;
        try
        {
            var trace = Path.Combine(folder, "trace");
            var variables = Path.Combine(folder, "vars");
            if (guest.Firmware == FirmwareKind.Ovmf) File.Copy(Ovmf("OVMF_VARS.fd"), variables);
            var machine = new QemuMachine { HasIommu = false, MemoryMiB = 512, More = guest.Arguments(trace, (Ovmf("OVMF_CODE.fd"), variables)) };
            var report = await GuestRun.RunAsync(machine, files, new GuestParts(LabSetup.Busybox, new ModuleSet(files.Modules), null, "vfio=no\n", ""), new GuestOptions(limit, setup.Log), null, cancellation);
            if (!report.IsComplete) throw new LabException("the guest did not come up");
            return [.. File.ReadLines(trace).Where(line => line.StartsWith("pci_", StringComparison.Ordinal)).Select(TraceLine.Parse)];
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static string Ovmf(string name) => Path.Combine(Environment.GetEnvironmentVariable("FAST_LAB_OVMF") ?? OvmfFolder, name);
}
