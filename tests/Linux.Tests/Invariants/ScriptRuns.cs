using Fast.Linux;

namespace Fast.Tests;

/// <summary>Random sequences of calls on every kernel and on the fast path, with somebody who looks after each call.</summary>
internal static class ScriptRuns
{
    /// <summary>One call of a sequence on one machine, and what came of it.</summary>
    public sealed record Step(string Who, LinuxRig Rig, StepChecks Checks, ContainerScript Script, int Index, string Answer)
    {
        public string Where => $"{Who}, answer {Answer}\n{Script.Text(Index)}\n";
    }

    /// <summary>Plays sequences of 40 calls. A machine that shows a known defect is not looked at any more: its state is wrong by design.</summary>
    public static void Each(int sequences, int seed, Action<Step> after, Action<LinuxRig, ContainerScript, int>? before = null)
    {
        var random = new Random(seed);
        for (var sequence = 0; sequence < sequences; sequence++)
        {
            var script = new ContainerScript(Enumerable.Range(0, 40).Select(_ => (uint)random.NextInt64(1L << 32)));
            foreach (var (who, profile, path) in KernelProfiles.All.Select(profile => (profile.Name, profile, MapPath.Kernel)).Append(("fast", KernelProfiles.Linux73, MapPath.Fast)))
            {
                using var checks = new StepChecks();
                using var rig = new LinuxRig(profile, path, trace: new StepTrace(checks));
                checks.Rig = rig;
                script.Mmap(rig);
                for (var index = 0; index < script.Count && rig.Counters.Bugs == KnownBugs.None; index++)
                {
                    checks.BeginCall();
                    before?.Invoke(rig, script, index);
                    var answer = script.Run(rig, index);
                    if (rig.Counters.Bugs == KnownBugs.None) after(new Step(who, rig, checks, script, index, answer));
                }
            }
        }
    }

    /// <summary>Plays sequences and holds what happened, not what stands, to one invariant.</summary>
    public static void Steps(string invariant, int sequences, int seed)
    {
        var looked = new Dictionary<string, int>();
        Each(sequences, seed, step =>
        {
            Assert.That(step.Checks.Problems, Is.Empty, step.Where);
            looked[step.Who] = step.Checks.Looked.GetValueOrDefault(invariant);
        });
        Assert.That(looked.Values.Sum(), Is.GreaterThan(20), $"{invariant} was hardly looked at");
    }
}
