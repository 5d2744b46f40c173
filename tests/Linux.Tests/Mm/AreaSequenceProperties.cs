using Fast.Linux;
using Fast.PageTables;
using FsCheck;
using FsCheck.Fluent;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Random sequences of calls, on every kernel and every design: after each call, what the process sees is what a plain list of pages says, and so is what its guest sees.</summary>
public class AreaSequenceProperties
{
    private const ulong Physical = 64 * G1;
    private const ulong At = 128 * G1;
    private static readonly Gfn Guest = new((16 * G1) >> Pfn.Shift);

    private static readonly KernelProfile[] Profiles =
    [
        .. KernelProfiles.All,
        KernelProfiles.Linux612 with { Name = "early flag", BarFault = BarFault.EarlyFlag },
        KernelProfiles.Linux612 with { Name = "early method", BarFault = BarFault.EarlyMethod },
        KernelProfiles.Linux612 with { Name = "remap over tables", BarFault = BarFault.RemapOverTables },
    ];

    [Test]
    public void Every_kernel_keeps_to_its_areas([Range(0, 6)] int profile)
    {
        // Where one fault fills a whole area by 4 KiB, a script takes its time.
        var cases = Profiles[profile].BarFault is BarFault.HugeOrders or BarFault.EarlyMethod ? 500 : 20;
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(cases).WithReplay(20261120, 7919);
        Prop.ForAll(AreaScript.Of(longest: 20), script => Play(script, Profiles[profile])).Check(config);
    }

    private static void Play(AreaStep[] script, KernelProfile profile)
    {
        using var rig = new LinuxRig(profile);
        var bar = new VfioPciBar(rig.Device, new Pfn(Physical >> Pfn.Shift), 16 * G1);
        var vm = new KvmVm(rig.Mm, rig.Mm.Table.Arena, profile.Has(VfioPatches.AddressMask) ? HostLookup.OneWalk : HostLookup.TwoWalks);
        vm.AddMemslot(new KvmMemslot(Guest, AreaScript.Window >> Pfn.Shift, new Va(At)));
        var tables = rig.Mm.Table.Arena.TablesInUse;
        var model = new PageModel();
        foreach (var step in script)
        {
            Take(rig, bar, vm, model, step);
            if (Violation(rig.Mm, vm, model, step) is { } violation) Assert.Fail($"{profile.Name}, after {step}: {violation}");
        }

        rig.Mm.Munmap(new Va(0), AddressSpace.LastUserByte - K4 + 1);
        vm.Stage2.Unmap(IovaRange.Of(new Iova(0), 1UL << 40));
        Assert.That(rig.Mm.Table.Arena.TablesInUse, Is.EqualTo(tables), "I-pt-free");
    }

    private static void Take(LinuxRig rig, VfioPciBar bar, KvmVm vm, PageModel model, AreaStep step)
    {
        var (start, bytes) = (new Va(At + step.Offset), step.Bytes);
        switch (step.Verb)
        {
            case AreaVerb.Mmap:
                // Congruent or by one page off, so that huge leaves fit or do not.
                var offset = step.Offset + (step.Flag ? K4 : 0);
                var mapped = bar.Mmap(rig.Mm, start, offset, bytes, ReadWrite, out _);
                Assert.That(mapped, Is.EqualTo(model.Overlaps(start, bytes) ? Errno.EEXIST : Errno.None), $"{step}");
                if (mapped == Errno.None) model.Add(start, bytes, (Physical + offset) >> Pfn.Shift);
                break;
            case AreaVerb.Munmap:
                Assert.That(rig.Mm.Munmap(start, bytes), Is.EqualTo(Errno.None), $"{step}");
                model.Remove(start, bytes);
                break;
            case AreaVerb.Protect:
                var protection = AreaFlags.Read | (step.Flag ? AreaFlags.Write : AreaFlags.None);
                Assert.That(rig.Mm.Mprotect(start, bytes, protection), Is.EqualTo(model.Protect(start, bytes, step.Flag) ? Errno.None : Errno.ENOMEM), $"{step}");
                break;
            case AreaVerb.Advise:
                rig.Mm.Madvise(start, bytes, step.Flag ? AreaFlags.HugePageAdvised : AreaFlags.NoHugePage);
                break;
            case AreaVerb.Move:
                var to = new Va(At + step.Other);
                if (rig.Mm.Mremap(start, bytes, bytes, to) == Errno.None) model.Move(start, bytes, to);
                break;
            case AreaVerb.Touch:
                vm.Access(Guest + (step.Offset >> Pfn.Shift), step.Flag);
                Touch(rig.Mm, new Va(At + step.Other), step.Flag);
                break;
            case AreaVerb.Toggle:
                rig.Device.SetMemoryDecode(false);
                Assert.That(rig.Mm.Table.CountLeaves(IovaRange.Of(new Iova(At), AreaScript.Window)).Total, Is.Zero, "I-zap");
                rig.Device.SetMemoryDecode(true);
                break;
            default:
                Assert.That(rig.Mm.Fork(out var child), Is.EqualTo(Errno.None));
                Assert.That(Violation(child!, null, model, step), Is.Null, "the child");
                child!.Exit();
                break;
        }
    }

    /// <summary>I-refault: what a fault maps is as large as area, congruence and the tables that stand there allow; what is mapped stays.</summary>
    private static void Touch(AddressSpace mm, Va va, bool write)
    {
        var before = mm.Table.Walk(va.AsTableInput);
        var errno = mm.FixupUserFault(va, write);
        var area = mm.FindArea(va);
        Assert.That(errno, Is.EqualTo(area is null || (write && !area.Has(AreaFlags.Write)) ? Errno.EFAULT : Errno.None));
        if (errno != Errno.None || mm.Profile.BarFault is not (BarFault.HugeOrders or BarFault.EarlyMethod)) return;
        var expected = before.IsLeaf ? before.Leaf.Size : PageSize.Size4K;
        foreach (var (level, size) in new[] { (1, PageSize.Size2M), (2, PageSize.Size1G) })
        {
            var first = va.Value & size.PageMask;
            var fits = first >= area!.Start.Value && first + size.OffsetMask <= area.Last.Value && area.PfnOf(new Va(first)).Value % size.Pages == 0;
            if (!before.IsLeaf && before.Level >= level && fits && !area.Has(AreaFlags.NoHugePage)) expected = size;
        }

        Assert.That(mm.Table.Walk(va.AsTableInput).Leaf.Size, Is.EqualTo(expected), "I-refault");
    }

    private static string? Violation(AddressSpace mm, KvmVm? vm, PageModel model, AreaStep step)
    {
        foreach (var offset in Probes(step))
        {
            var va = new Va(At + offset);
            var expected = model.Find(va);
            if (mm.FindArea(va) is { } area && (expected is null || area.PfnOf(va).Value != expected.Value.Frame || area.Has(AreaFlags.Write) != expected.Value.IsWritable))
                return $"the area at {va} is not what was asked for";
            if (mm.Table.Follow(va.AsTableInput, out var leaf))
            {
                if (expected is null) return $"{va} leads to {leaf} although nothing is mapped there";
                if (leaf.Pfn.Value != expected.Value.Frame) return $"{va} leads to {leaf}, not to 0x{expected.Value.Frame:x}";
                if ((leaf.Permissions & Permissions.Write) != 0 != expected.Value.IsWritable) return $"{va} leads to {leaf}";
                // I-align, which I-leaf relies on.
                if ((leaf.Pfn.Value & (leaf.Size.Pages - 1)) != (va.Value >> Pfn.Shift & (leaf.Size.Pages - 1))) return $"the leaf at {va} is not aligned: {leaf}";
                // I-leaf: the frames follow each other to the end of the leaf.
                var end = new Iova(va.Value | leaf.Size.OffsetMask);
                if (mm.Table.Translate(end).Value >> Pfn.Shift != leaf.Pfn.Value + ((end.Value - va.Value) >> Pfn.Shift)) return $"I-leaf: {leaf} at {va} does not lead on to {end}";
            }

            if (vm is null || !vm.Stage2.Follow((Guest + (offset >> Pfn.Shift)).AsTableInput, out var second)) continue;
            if (expected is null || second.Pfn.Value != expected.Value.Frame || ((second.Permissions & Permissions.Write) != 0 && !expected.Value.IsWritable)) return $"I-kvm: the guest reaches {second} at {va}";
            if (!mm.Table.Follow(va.AsTableInput, out leaf) || leaf.Size < second.Size) return $"I-kvm: the guest has {second} at {va}, the process {leaf}";
        }

        return null;
    }

    private static IEnumerable<ulong> Probes(AreaStep step)
    {
        ulong[] bounds = [0, M2, 2 * M2, 3 * M2, G1, G1 + M2, 2 * G1, 3 * G1, step.Offset, step.Offset + step.Bytes, step.Other, step.Other + step.Bytes];
        foreach (var bound in bounds)
        {
            if (bound != 0) yield return bound - K4;
            yield return bound;
            yield return bound + K4;
        }
    }

    /// <summary>What is mapped where: stretches, cut and moved without any idea of a leaf.</summary>
    private sealed class PageModel
    {
        private List<(ulong First, ulong Last, ulong Frame, bool IsWritable)> _stretches = [];

        public bool Overlaps(Va start, ulong bytes) => _stretches.Exists(stretch => stretch.First <= PageOf(start) + (bytes / K4) - 1 && stretch.Last >= PageOf(start));

        public void Add(Va start, ulong bytes, ulong frame) => _stretches.Add((PageOf(start), PageOf(start) + (bytes / K4) - 1, frame, true));

        public (ulong Frame, bool IsWritable)? Find(Va va)
        {
            foreach (var stretch in _stretches)
                if (stretch.First <= PageOf(va) && stretch.Last >= PageOf(va)) return (stretch.Frame + (PageOf(va) - stretch.First), stretch.IsWritable);
            return null;
        }

        public List<(ulong First, ulong Last, ulong Frame, bool IsWritable)> Remove(Va start, ulong bytes)
        {
            var (first, last) = (PageOf(start), PageOf(start) + (bytes / K4) - 1);
            var (kept, removed) = (new List<(ulong, ulong, ulong, bool)>(), new List<(ulong, ulong, ulong, bool)>());
            foreach (var (from, to, frame, writable) in _stretches)
            {
                if (from < first) kept.Add((from, Math.Min(to, first - 1), frame, writable));
                if (to > last) kept.Add((Math.Max(from, last + 1), to, frame + (Math.Max(from, last + 1) - from), writable));
                if (from <= last && to >= first) removed.Add((Math.Max(from, first), Math.Min(to, last), frame + (Math.Max(from, first) - from), writable));
            }

            _stretches = kept;
            return removed;
        }

        /// <summary>Returns whether the range has no hole; what lies behind the first one stays as it is.</summary>
        public bool Protect(Va start, ulong bytes, bool writable)
        {
            for (ulong done = 0; done < bytes; done += K4)
            {
                if (Find(start + done) is not null) continue;
                if (done != 0) Protect(start, done, writable);
                return false;
            }

            foreach (var (first, last, frame, _) in Remove(start, bytes)) _stretches.Add((first, last, frame, writable));
            return true;
        }

        public void Move(Va start, ulong bytes, Va to)
        {
            var moved = Remove(start, bytes);
            Remove(to, bytes);
            foreach (var (first, last, frame, writable) in moved)
                _stretches.Add((first - PageOf(start) + PageOf(to), last - PageOf(start) + PageOf(to), frame, writable));
        }

        private static ulong PageOf(Va va) => va.Value / K4;
    }
}
