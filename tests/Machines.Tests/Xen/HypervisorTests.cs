using Fast.Machines.Xen;
using Fast.PageTables;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>Single calls to Xen, on a machine of its own: leaf sizes by type, limits, references, flushes, the lock.</summary>
public sealed class HypervisorTests
{
    private static readonly Pfn At = new(1UL << 20);

    [TestCase(P2mType.RamReadWrite, 0UL, 1UL)]
    [TestCase(P2mType.Lent, 0UL, 1UL)]
    [TestCase(P2mType.MmioDirect, 64UL, 0UL)]
    public void A_type_decides_how_large_a_leaf_may_be(P2mType type, ulong middle, ulong large)
    {
        using var rig = new Rig();
        var call = rig.Xen.Set(rig.Guest, At, FrameExtents.Contiguous(MachineMemory.Bar, G1 / K4), 0, G1 / K4, type, PageSize.Size1G);
        Assert.That(rig.Guest.P2m!.Leaves, Is.EqualTo(new LeafSizes(0, middle, large)));
        Assert.That(call.Pages, Is.EqualTo(rig.Guest.P2m.Leaves.Pages), "no more than 64 entries in one call");
    }

    [TestCase(P2mType.Foreign, true)]
    [TestCase(P2mType.GrantReadWrite, true)]
    [TestCase(P2mType.IoRequestServer, false)]
    public void Foreign_frames_grants_and_ioreq_server_frames_are_4_KiB_each(P2mType type, bool refers)
    {
        using var rig = new Rig();
        for (var done = 0UL; done < 512;) done += rig.Xen.Set(rig.Guest, At, FrameExtents.Contiguous(new Pfn(512), 512), done, 512, type, PageSize.Size1G, done > 0).Pages;
        Assert.Multiple(() =>
        {
            Assert.That(rig.Guest.P2m!.Leaves, Is.EqualTo(new LeafSizes(512, 0, 0)));
            Assert.That((rig.Xen.Calls, rig.Xen.Continuations), Is.EqualTo((8UL, 7UL)));
            Assert.That((rig.Xen.Memory.References, rig.Xen.Memory.ReferencesOn(new Pfn(700))), Is.EqualTo(refers ? (512UL, 1) : (0UL, 0)));
        });
        for (var done = 0UL; done < 512;) done += rig.Xen.Remove(rig.Guest, At + done, 512 - done, type, PageSize.Size1G, done > 0).Pages;
        Assert.That((rig.Guest.P2m!.Leaves.Total, rig.Xen.Memory.References), Is.EqualTo((0UL, 0UL)));
    }

    [Test]
    public void Only_what_a_walker_may_hold_is_flushed()
    {
        using var rig = new Rig();
        rig.Xen.Set(rig.Guest, At, FrameExtents.Contiguous(MachineMemory.Bar, 64), 0, 64, P2mType.MmioDirect, PageSize.Size2M);
        Assert.That(rig.Guest.Flushes, Is.Zero, "from nothing to something");
        rig.Xen.Remove(rig.Guest, At, 64, P2mType.MmioDirect, PageSize.Size2M);
        Assert.That(rig.Guest.Flushes, Is.EqualTo(1));
        rig.Xen.Remove(rig.Guest, At, 64, P2mType.MmioDirect, PageSize.Size2M);
        Assert.That(rig.Guest.Flushes, Is.EqualTo(1), "nothing was there");
    }

    [Test]
    public void A_frame_that_somebody_refers_to_does_not_go_back_to_the_heap()
    {
        using var rig = new Rig();
        Assert.That(rig.Xen.Memory.TryTake(0, FrameOwner.Dom0, out var mfn));
        rig.Xen.Set(rig.Guest, At, FrameExtents.Contiguous(mfn, 1), 0, 1, P2mType.Foreign, PageSize.Size4K);
        Assert.That(() => rig.Xen.Memory.Give(mfn, 1), Throws.InvalidOperationException.With.Message.Contains("a mapping refers to one"));
    }

    [Test]
    public void A_lock_is_had_in_the_order_in_which_it_was_asked_for()
    {
        var held = new P2mLock();
        Assert.That((held.Write(100, 50), held.Write(110, 20), held.Read(120), held.Write(500, 10)), Is.EqualTo((150L, 170L, 170L, 510L)));
        Assert.That((held.Holds, held.HoldNanoseconds, held.Waits, held.WaitNanoseconds, held.LongestWaitNanoseconds), Is.EqualTo((3UL, 80L, 2UL, 90L, 50L)));
    }

    [Test]
    public void Blocks_that_come_back_merge_and_the_largest_is_whole_again()
    {
        var heap = new FrameHeap();
        heap.GiveRange(0, 1UL << 18);
        var taken = Enumerable.Range(0, 1000).Select(_ => heap.TryTake(0, out var mfn) ? mfn : throw new InvalidOperationException()).ToList();
        Assert.That((taken.Distinct().Count(), heap.FreePages, heap.LargestOrder), Is.EqualTo((1000, (1UL << 18) - 1000, 17)));
        foreach (var mfn in taken.OrderBy(mfn => mfn * 2_654_435_761)) heap.Give(mfn, 0);
        Assert.That((heap.FreePages, heap.LargestOrder), Is.EqualTo((1UL << 18, 18)));
    }

    private sealed class Rig : IDisposable
    {
        public XenHypervisor Xen { get; } = new(new MachineMemory(4096, G1 / K4), new Simulation(), XenCosts.Default);

        public XenDomain Guest { get; } = new(FrameOwner.Guest, 4, Table<XenEpt>(), null, sharesP2m: false);

        public void Dispose() => Guest.Dispose();
    }
}
