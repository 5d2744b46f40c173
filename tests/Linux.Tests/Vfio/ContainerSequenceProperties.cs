using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>
/// Whatever is asked in whatever order: every kernel and the fast path answer alike, their domains translate alike, and the invariants hold after every call.
/// Inputs that show a known defect are set aside, and may be one in a hundred at most.
/// </summary>
public class ContainerSequenceProperties
{
    private static int s_inputs;
    private static int s_flagged;
    private static readonly HashSet<string> s_answers = [];

    [FsCheck.NUnit.Property(MaxTest = 150, EndSize = 60, Replay = "20261120,7919")]
    public void Any_sequence_of_calls_keeps_the_invariants(DoNotSize<uint>[] words) => Check([.. words.Select(word => word.Item)]);

    // dotnet test --filter "FullyQualifiedName~Ten_thousand_sequences"
    [Test, Explicit("minutes")]
    public void Ten_thousand_sequences_keep_the_invariants() => Sequences(10_000);

    [Test]
    public void A_hundred_long_sequences_keep_the_invariants_and_hardly_any_shows_a_defect()
    {
        (s_inputs, s_flagged) = (0, 0);
        s_answers.Clear();
        Sequences(100);
        Assert.That(s_answers, Is.SupersetOf(["None", "EEXIST", "EFAULT", "ENOMEM", "EINVAL"]), "the sequences reach what they are about");
        Assert.That(s_flagged, Is.LessThanOrEqualTo(s_inputs / 100.0));
    }

    private static void Sequences(int count)
    {
        var random = new Random(20261120);
        for (var i = 0; i < count; i++) Check([.. Enumerable.Range(0, 40).Select(_ => (uint)random.NextInt64(1L << 32))]);
    }

    private static void Check(uint[] words)
    {
        var script = new ContainerScript(words);
        var rigs = new List<(string Who, LinuxRig Rig)>();
        try
        {
            foreach (var profile in KernelProfiles.All) rigs.Add((profile.Name, new LinuxRig(profile)));
            rigs.Add(("fast", new LinuxRig(KernelProfiles.Linux73, MapPath.Fast)));
            foreach (var (_, rig) in rigs) script.Mmap(rig);
            s_inputs++;
            for (var step = 0; step < script.Count; step++)
            {
                var answers = rigs.Select(each => script.Run(each.Rig, step)).ToList();
                s_answers.Add(answers[0]);
                Assert.That(rigs[^1].Rig.Counters.Bugs, Is.EqualTo(KnownBugs.None));
                if (rigs.Any(each => each.Rig.Counters.Bugs != KnownBugs.None))
                {
                    s_flagged++;
                    return;
                }

                Assert.That(answers.Distinct().Count(), Is.EqualTo(1), $"{string.Join(", ", rigs.Zip(answers, (each, answer) => $"{each.Who}: {answer}"))}\n{script.Text(step)}");
                foreach (var (who, rig) in rigs) ContainerInvariants.Check(rig, script.FrameOf, $"{who} ({answers[0]})\n{script.Text(step)}\n");
            }
        }
        finally
        {
            foreach (var (_, rig) in rigs) rig.Dispose();
        }
    }
}
