using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Lab;

/// <summary>A run of <c>fast measure</c> in the guest that was made to fail, or not.</summary>
/// <param name="Kind">What was done to it.</param>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Busy">Whether the group could not be opened afterwards.</param>
/// <param name="Message">What it said.</param>
internal sealed record FailedRun(string Kind, int ExitCode, bool Busy, string Message);

/// <summary>Runs <c>fast measure</c> many times in one guest, most of them with something in its way, and looks whether anything stays behind.</summary>
internal static class FailureRun
{
    private const ulong BarBytes = 64UL << 20;
    private const string Job = "failures";

    /// <summary>What is done, the exit code that must come of it, and a word of the message.</summary>
    public static readonly ImmutableArray<(string Kind, int ExitCode, string Word)> Expected =
    [
        ("plain", 0, "\"descriptors\": 0"), ("no-permission", 1, "may not be opened by this user"), ("not-viable", 1, "is not viable"), ("memlock", 1, "ENOMEM"), ("decode-off", 1, "EFAULT"),
    ];

    /// <summary>Runs it on a kernel.</summary>
    public static async Task<ImmutableArray<FailedRun>> RunAsync(LabSetup setup, KernelEntry kernel, int rounds, TimeSpan limit, CancellationToken cancellation)
    {
        var machine = new QemuMachine
        {
            Bars = [BarBytes],
            // Two functions of one slot share a group; the second one has a driver of the kernel's.
            More =
            [
                "-object", "memory-backend-ram,id=shared,size=1M,share=on", "-device", "ivshmem-plain,memdev=shared,addr=c.0,multifunction=on", "-device", "virtio-rng-pci,addr=c.1",
            ],
        };
        var report = await VfioGuest.RunAsync(setup, kernel, machine, Script(rounds), limit, cancellation, moreModules: ["virtio_pci"]);
        return Read(report.Job(Job).Output);
    }

    /// <summary>The lines of the guest's shell: each run ends in one line of its own.</summary>
    public static string Script(int rounds) => $$"""
        BDF=$(device {{BarBytes}})
        SHARED=$(device {{1 << 20}})
        GROUP=/dev/vfio/$(basename $(readlink /sys/bus/pci/devices/$BDF/iommu_group))
        one() {
            kind=$1; shift
            "$@" > /run/one 2>&1
            rc=$?
            busy=0
            ( : <> $GROUP ) 2> /dev/null || busy=1
            echo "$kind|$rc|$busy|$(tr '\n' ' ' < /run/one)"
        }
        failures() {
            n=0
            while [ $n -lt {{rounds}} ]; do
                n=$((n + 1))
                one plain fast measure $BDF --size 2M --repeat 1 --json
                one no-permission su -s /bin/sh nobody -c "fast measure $BDF --size 2M"
                one not-viable fast measure $SHARED --size 4K
                chown nobody $GROUP
                one memlock su -s /bin/sh nobody -c "ulimit -l 64; fast measure $BDF --ram 4K --size 4M"
                chown root $GROUP
                one decode-off fast measure $BDF --size 2M --decode-off
            done
        }
        job {{Job}} failures

        """;

    /// <summary>Reads what the guest printed.</summary>
    public static ImmutableArray<FailedRun> Read(string output) =>
    [
        .. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split('|', 4)).Where(parts => parts.Length == 4)
            .Select(parts => new FailedRun(parts[0], int.Parse(parts[1], CultureInfo.InvariantCulture), parts[2] != "0", parts[3].Trim())),
    ];

    /// <summary>What is not as it must be; nothing when all is well.</summary>
    public static ImmutableArray<string> Problems(ImmutableArray<FailedRun> runs, int rounds)
    {
        var problems = ImmutableArray.CreateBuilder<string>();
        foreach (var (kind, exitCode, word) in Expected)
        {
            var own = runs.Where(run => run.Kind == kind).ToList();
            if (own.Count != rounds) problems.Add($"{kind}: {own.Count} of {rounds} runs");
            problems.AddRange(own.Where(run => run.ExitCode != exitCode || !run.Message.Contains(word, StringComparison.Ordinal)).Select(run => $"{kind}: exit {run.ExitCode}: {run.Message}"));
            problems.AddRange(own.Where(run => run.Busy).Select(_ => $"{kind}: the group is busy afterwards"));
        }

        return problems.ToImmutable();
    }
}
