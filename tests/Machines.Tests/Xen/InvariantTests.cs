using Fast.Machines.Xen;
using Fast.PageTables;
using FsCheck;
using FsCheck.Fluent;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>
/// Random workloads on every strategy and every dom0: after each step no frame is reached against the rules, no IOMMU entry leads to what was taken away, references balance. Machines that are
/// broken on purpose show that each of these is noticed.
/// </summary>
public sealed class InvariantTests
{
    private static readonly Config Quick = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithReplay(20261127, 7919);

    [TestCaseSource(typeof(XenRig), nameof(PairCases))]
    public void Whatever_happens_the_rules_hold_after_every_step(string strategy, Dom0Mode dom0) =>
        Prop.ForAll(BlobScript.Of(longest: 16), script => Play(script, strategy, dom0, XenDefects.None)).Check(Quick.WithMaxTest(8));

    [Test, Explicit("takes minutes: dotnet test tests/Machines.Tests -c Release --filter FullyQualifiedName~Long_random_workloads")]
    public void Long_random_workloads()
    {
        foreach (var (strategy, dom0) in Pairs)
            Prop.ForAll(BlobScript.Of(longest: 32), script => Play(script, strategy, dom0, XenDefects.None)).Check(Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(25));
    }

    [TestCase(XenDefects.ForgetsLastPage, "lend-2m", Dom0Mode.PvhEptShared, 2)]
    [TestCase(XenDefects.ForgetsLastPage, "type-change-in-place", Dom0Mode.PvhEptShared, 2)]
    [TestCase(XenDefects.ForgetsIommu, "ownership-transfer", Dom0Mode.PvhNptMirrored, 1)]
    [TestCase(XenDefects.ForgetsIommu, "frontend-allocates", Dom0Mode.PvhEptMirrored, 1)]
    [TestCase(XenDefects.KeepsReferences, "foreign-4k", Dom0Mode.PvhEptShared, 2)]
    [TestCase(XenDefects.KeepsReferences, "grant", Dom0Mode.Pv, 2)]
    [TestCase(XenDefects.MovesBeforeRevoking, "lend-4k", Dom0Mode.PvhEptShared, 2)]
    [TestCase(XenDefects.TransfersWhatDom0Maps, "ownership-transfer", Dom0Mode.PvhEptShared, 1)]
    [TestCase(XenDefects.LendsToDevices, "lend-4k", Dom0Mode.PvhEptShared, 1)]
    [TestCase(XenDefects.ForgetsIommu, "grant", Dom0Mode.PvhNptMirrored, 2)]
    [TestCase(XenDefects.ForgetsDeviceContext, "pv-iommu", Dom0Mode.Pv, 2)]
    public void A_broken_machine_is_caught_and_the_script_shrinks_to_what_breaks_it(object defect, string strategy, Dom0Mode dom0, int shortest)
    {
        BlobStep[]? last = null;
        var property = Prop.ForAll(BlobScript.Of(longest: 16), script =>
        {
            try
            {
                Play(script, strategy, dom0, (XenDefects)defect);
            }
            catch
            {
                last = script;
                throw;
            }
        });
        Assert.That(() => property.Check(Quick.WithMaxTest(60)), Throws.Exception);
        Assert.That(last, Has.Length.LessThanOrEqualTo(shortest), string.Join("; ", last!.Select(step => step.ToString())));
    }

    private static void Play(BlobStep[] script, string strategy, Dom0Mode dom0, XenDefects defect)
    {
        using var machine = Machine(Small with { Dom0 = dom0, GuestIommu = GuestIommu.Own, StrictIdentity = dom0 == Dom0Mode.Pv }, strategy);
        var host = machine.Host;
        host.Xen.Defects = defect;
        var free = host.Xen.Memory.Heap.FreePages;
        BlobScript.Play(machine, script, () =>
        {
            var problems = XenInvariants.Problems(host).ToList();
            if (problems.Count > 0) throw new AssertionException($"{strategy} on {dom0}: {problems[0]}");
        });

        // Everything was destroyed: nothing may be left but what attaching made.
        var (attached, left) = (strategy == "fixed-pool" ? Small.PoolBytes / K4 : 0, host.Guest.P2m!.RunsOf(BlobHost.HostmemStart, Small.HostmemBytes / K4).Sum(run => (long)run.Pages));
        var region = strategy == "negotiated" ? Small.RegionBytes / K4 : 0;
        if ((ulong)left != attached) throw new AssertionException($"{strategy} on {dom0}: {left} pages of the region are mapped at the end");
        if (host.Xen.Memory.References != region) throw new AssertionException($"{strategy} on {dom0}: {host.Xen.Memory.References} references are left");
        if (host.Xen.ReferencesTaken - host.Xen.ReferencesDropped != region) throw new AssertionException("references taken and dropped do not balance");
        if (host.Xen.Memory.Heap.FreePages != free) throw new AssertionException($"{strategy} on {dom0}: the heap had {free} pages and has {host.Xen.Memory.Heap.FreePages}");
        if (host.Guest.P2m.RunsOf(new Pfn(0), Small.GuestBytes / K4).Sum(run => (long)run.Pages) != (long)(Small.GuestBytes / K4)) throw new AssertionException("the guest does not have all of its memory again");
        if (host.Pv is { } pv && pv.Context.Leaves.Total != 0) throw new AssertionException("the device's context is not empty");
    }
}
