using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>
/// Whatever is mapped, from wherever, whatever fails: every kernel and the fast path leave the same map in every domain, or refuse alike. Inputs that show a known defect of
/// a kernel are counted, and may be one in a hundred at most.
/// </summary>
public class AgreementProperties
{
    private static readonly List<(string Who, KernelProfile Profile, MapPath Path)> s_paths =
        [.. KernelProfiles.All.Select(profile => (profile.Name, profile, MapPath.Kernel)), .. KernelProfiles.All.Select(profile => ($"fast {profile.Name}", profile, MapPath.Fast))];

    private int _flagged;
    private Dictionary<string, int> _seen = [];

    [FsCheck.NUnit.Property(MaxTest = 100, EndSize = 8, Replay = "20261120,7919")]
    public void Every_path_agrees(DoNotSize<uint>[] pieces, DoNotSize<uint> request, DoNotSize<uint> surroundings) =>
        Check([.. pieces.Take(8).Select(piece => piece.Item)], request.Item, surroundings.Item);

    [Test]
    public void I_equivalence_two_hundred_inputs_of_every_kind_agree_and_hardly_any_shows_a_defect() => Inputs(200);

    // dotnet test tests/Linux.Tests -c Release --filter "FullyQualifiedName~Twenty_thousand_inputs"
    [Test, Explicit("minutes")]
    public void Twenty_thousand_inputs_agree() => Inputs(20_000);

    private void Inputs(int count)
    {
        (_flagged, _seen) = (0, []);
        var random = new Random(20261120);
        for (var i = 0; i < count; i++)
            Check([.. Enumerable.Range(0, 1 + random.Next(6)).Select(_ => Word())], Word(), Word());
        Assert.That(_flagged, Is.LessThanOrEqualTo(count / 100.0), "known defects");
        Assert.That(_seen.Keys, Is.SupersetOf(["None", "EFAULT", "ENOMEM", "EINTR", "BAR", "Thp", "Pages4K", "Hugetlb2M", "3 domains", "iommufd memory None", "iommufd memory EFAULT", "iommufd dma-buf None"]), "the inputs reach what they are about");
        Assert.That(_seen["None"], Is.GreaterThan(count / 5), "and many succeed");
        TestContext.Out.WriteLine($"{count} inputs, {_flagged} flagged; {string.Join(", ", _seen.Select(each => $"{each.Key} {each.Value}"))}");

        uint Word() => (uint)random.NextInt64(1L << 32);
    }

    private void Check(uint[] pieces, uint request, uint surroundings)
    {
        var input = new DmaInput(pieces, request, surroundings);
        if (input.Pages == 0) return;
        var causes = input.Causes().Distinct().ToList();
        var frames = causes.Count == 0 ? input.Frames() : null;
        foreach (var kind in input.Kinds.Append($"{input.Domains} domains")) Note(kind);
        Errno? first = null;
        MappingDigest? digest = null;
        var isFlagged = false;
        foreach (var (who, profile, path) in s_paths)
        {
            using var rig = input.Build(profile, path);
            var before = State(rig);
            var errno = rig.Map(input.Iova, input.Va, input.Pages * K4, input.Permissions);
            if (first is null) Note(errno.ToString());
            if (rig.Counters.Bugs != KnownBugs.None)
            {
                Assert.That(path, Is.EqualTo(MapPath.Kernel), $"{who}: {rig.Counters.Bugs}");
                isFlagged = true;
                continue;
            }

            Assert.That(errno == Errno.None, Is.EqualTo(causes.Count == 0), $"{who}: {errno}, causes {string.Join(", ", causes)}: {input}");
            if (causes.Count > 0) Assert.That(causes, Does.Contain(errno), $"{who}: {input}");
            if (causes.Count == 1 && first is { } expected) Assert.That(errno, Is.EqualTo(expected), $"{who}: {input}");
            first ??= errno;
            if (frames is not null)
            {
                foreach (var domain in rig.Container.Domains) Assert.That(domain.Digest(), Is.EqualTo(digest ??= Expected(rig, input, frames)), $"{who}: {input}");
                Assert.That(rig.Unmap(input.Iova, input.Pages * K4), Is.EqualTo(Errno.None), $"{who}: {input}");
                if (rig.Counters.Bugs != KnownBugs.None) continue;
            }

            Assert.That(State(rig), Is.EqualTo(before), $"{who}: {input}");
        }

        if (isFlagged) _flagged++;
        CheckIommufd(input, causes, digest);
    }

    /// <summary>The other backend: memory as type1 maps it, a BAR from its dma-buf; nothing that is both.</summary>
    private void CheckIommufd(DmaInput input, List<Errno> causes, MappingDigest? digest)
    {
        var bar = input.WithinOneBar;
        if ((bar is null && !input.HasNoBar) || input.Failure.ToString() is "dma:1" or "bitmap:1" || (bar is not null && !input.Failure.IsEmpty) || input.HasReserved) return;
        using var rig = input.Build(KernelProfiles.Linux73, MapPath.Kernel);
        foreach (var attached in rig.Container.Domains.ToList()) rig.Container.DetachDomain(attached);
        var domains = Enumerable.Range(0, input.Domains).Select(_ => input.Domains == 1 ? rig.Domain : rig.NewDomain(input.Iommu)).ToList();
        var ioas = new Ioas(rig.Mm, rig.Counters);
        foreach (var domain in domains) Assert.That(ioas.AttachDomain(domain), Is.EqualTo(Errno.None));
        Errno errno;
        if (bar is { } frame)
        {
            Assert.That(BarDmaBuf.Export(new VfioPciBar(rig.Device, frame, input.Pages * K4), 0, input.Pages * K4, out var buffer), Is.EqualTo(Errno.None));
            errno = ioas.MapBuffer(new Iova(input.Iova), buffer!, 0, input.Pages * K4, input.Permissions);
            // A dma-buf knows no area that is read-only.
            if (causes.Count == 0) Assert.That(errno, Is.EqualTo(Errno.None), $"iommufd: {input}");
        }
        else
        {
            errno = ioas.Map(new Iova(input.Iova), new Va(input.Va), input.Pages * K4, input.Permissions);
            Assert.That(errno == Errno.None, Is.EqualTo(causes.Count == 0), $"iommufd: {errno}, causes {string.Join(", ", causes)}: {input}");
            if (causes.Count > 0) Assert.That(causes, Does.Contain(errno), $"iommufd: {input}");
        }

        Note($"iommufd {(bar is null ? "memory" : "dma-buf")} {errno}");
        if (causes.Count == 0 && digest is not null)
        {
            foreach (var domain in domains) Assert.That(domain.Digest(), Is.EqualTo(digest), $"iommufd: {input}");
        }
    }

    private static string State(LinuxRig rig) =>
        $"{rig.Container.MappingCount} {rig.Container.DmaAvailable} {rig.Mm.Locked.Pages} {rig.Mm.StructPages.Pinned} {string.Join(' ', rig.Container.Domains.Select(domain => domain.Digest()))}";

    /// <summary>The digest, after every page was compared with the plain list.</summary>
    private static MappingDigest Expected(LinuxRig rig, DmaInput input, ulong[] frames)
    {
        for (var page = 0; page < frames.Length; page++)
        {
            var frame = rig.FrameAt(input.Iova + ((ulong)page * K4));
            if (frame != frames[page]) Assert.Fail($"page {page} is {frame:x}, not {frames[page]:x}: {input}");
        }

        return rig.Digest;
    }

    private void Note(string what) => _seen[what] = _seen.GetValueOrDefault(what) + 1;
}
