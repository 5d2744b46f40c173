using System.Globalization;
using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using FsCheck.Fluent;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

internal enum AreaVerb
{
    Mmap,
    Munmap,
    Protect,
    Advise,
    Move,
    Touch,
    Toggle,
    Fork,
}

/// <summary>One call; everything that it does stands in it, so that a failing script can be read and typed in.</summary>
internal sealed record AreaStep(AreaVerb Verb, ulong Offset, ulong Bytes, ulong Other, bool Flag)
{
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Verb} +0x{Offset:x} {BinarySize.Format(Bytes)} other +0x{Other:x} {Flag}");
}

/// <summary>Sequences of calls over a few GiB of address space, near the bounds of leaves.</summary>
internal static class AreaScript
{
    public const ulong Window = 4 * G1;

    public static Arbitrary<AreaStep[]> Of(int longest) => Arb.From(Gen.Sized(size => Step().ArrayOf(Math.Min(longest, 2 + size))), Shorter);

    private static IEnumerable<AreaStep[]> Shorter(AreaStep[] script)
    {
        for (var drop = script.Length / 2; drop > 0; drop /= 2)
            for (var at = 0; at + drop <= script.Length; at += drop) yield return [.. script[..at], .. script[(at + drop)..]];
        for (var at = 0; at < script.Length; at++)
            if (script[at].Bytes > K4) yield return [.. script[..at], script[at] with { Bytes = K4 }, .. script[(at + 1)..]];
    }

    private static Gen<AreaStep> Step()
    {
        ulong[] offsets = [0, K4, M2, M2 + K4, M2 - K4, 3 * M2, G1 - K4, G1, G1 + M2, G1 + (5 * K4), 2 * G1, (2 * G1) + K4];
        ulong[] lengths = [K4, 2 * K4, M2 - K4, M2, M2 + K4, 2 * M2, G1, G1 + M2];
        return
            from verb in Gen.Frequency(
                (3, Gen.Constant(AreaVerb.Mmap)), (2, Gen.Constant(AreaVerb.Munmap)), (2, Gen.Constant(AreaVerb.Protect)), (1, Gen.Constant(AreaVerb.Advise)),
                (1, Gen.Constant(AreaVerb.Move)), (5, Gen.Constant(AreaVerb.Touch)), (1, Gen.Constant(AreaVerb.Toggle)), (1, Gen.Constant(AreaVerb.Fork)))
            from offset in Gen.Elements(offsets)
            from bytes in Gen.Elements(lengths)
            from other in Gen.Elements(offsets)
            from flag in Gen.Elements(true, false)
            select new AreaStep(verb, offset, bytes, other, flag);
    }
}
