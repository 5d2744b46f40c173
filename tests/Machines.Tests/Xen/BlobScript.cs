using FsCheck;
using FsCheck.Fluent;
using Fast.Machines.Xen;
using Fast.PageTables;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

internal enum BlobVerb
{
    Create,
    Destroy,
    Migrate,
    Touch,
    Collapse,
}

/// <summary>Something that begins some time after what was before it, whether that has ended or not.</summary>
internal sealed record BlobStep(BlobVerb Verb, int Buffer, ulong Bytes, bool InVram, int Microseconds)
{
    public override string ToString() => FormattableString.Invariant($"+{Microseconds} us {Verb} {Buffer} {BinarySize.Format(Bytes)}{(InVram ? " VRAM" : "")}");
}

/// <summary>Sequences of what driver, vCPUs and dom0's kernel do to a few buffers, many of them at the same time.</summary>
internal static class BlobScript
{
    private const int Buffers = 4;

    public static Arbitrary<BlobStep[]> Of(int longest) => Arb.From(Gen.Sized(size => Step().ArrayOf(Math.Min(longest, 3 + size))), Shorter);

    /// <summary>Plays a script; after every step of every process <paramref name="check"/> is called, and at the end everything is destroyed.</summary>
    public static void Play(BlobMachine machine, BlobStep[] script, Action check)
    {
        var buffers = new GpuBuffer?[Buffers];
        machine.Simulation.AfterStep = check;
        machine.Simulation.Start(machine.OnDom0(machine.Host.Attach()));
        machine.Simulation.RunOut();
        var at = machine.Simulation.Now;
        foreach (var step in script) machine.Simulation.Start(Do(machine, buffers, step), at += 1000 * step.Microseconds);
        machine.Simulation.RunOut();
        foreach (var buffer in buffers.OfType<GpuBuffer>()) machine.Simulation.Start(machine.Destroy(buffer));
        machine.Simulation.RunOut();
    }

    private static IEnumerable<Wait> Do(BlobMachine machine, GpuBuffer?[] buffers, BlobStep step)
    {
        if (step.Verb == BlobVerb.Create && buffers[step.Buffer] is null && machine.Create(step.Bytes, step.InVram) is { } made)
        {
            buffers[step.Buffer] = made;
            return machine.Bring(made);
        }

        if (step.Verb == BlobVerb.Collapse) return machine.OnDom0(machine.Host.Collapse());
        if (buffers[step.Buffer] is not { } buffer || step.Verb == BlobVerb.Create) return [];
        if (step.Verb == BlobVerb.Destroy) buffers[step.Buffer] = null;
        return step.Verb switch
        {
            BlobVerb.Destroy => machine.Destroy(buffer),
            BlobVerb.Migrate => machine.OnDom0(machine.Host.Migrate(buffer)),
            _ => machine.Touch(buffer, 0, buffer.Pages),
        };
    }

    private static IEnumerable<BlobStep[]> Shorter(BlobStep[] script)
    {
        for (var drop = script.Length / 2; drop > 0; drop /= 2)
            for (var at = 0; at + drop <= script.Length; at += drop) yield return [.. script[..at], .. script[(at + drop)..]];
        for (var at = 0; at < script.Length; at++)
        {
            if (script[at].Bytes > K4) yield return [.. script[..at], script[at] with { Bytes = K4 }, .. script[(at + 1)..]];
            if (script[at].Buffer > 0) yield return [.. script[..at], script[at] with { Buffer = 0 }, .. script[(at + 1)..]];
        }
    }

    private static Gen<BlobStep> Step()
    {
        ulong[] sizes = [K4, 3 * K4, M2 - K4, M2, M2 + K4, 2 * M2];
        return
            from verb in Gen.Frequency((5, Gen.Constant(BlobVerb.Create)), (2, Gen.Constant(BlobVerb.Destroy)), (5, Gen.Constant(BlobVerb.Migrate)), (3, Gen.Constant(BlobVerb.Touch)), (1, Gen.Constant(BlobVerb.Collapse)))
            from buffer in Gen.Choose(0, Buffers - 1)
            from bytes in Gen.Elements(sizes)
            from inVram in Gen.Elements(true, false)
            from microseconds in Gen.Elements(0, 1, 5, 30, 300, 3000)
            select new BlobStep(verb, buffer, bytes, inVram, microseconds);
    }
}
