using Fast.Machines.Xen;
using Fast.PageTables;
using FsCheck;
using FsCheck.Fluent;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>Tables as Xen fills them: what they count is what a plain list of leaves counts, and hardware and Xen read the same out of them.</summary>
public sealed class TranslationTableTests
{
    private static readonly Pfn Far = new(1UL << 20);

    [Test]
    public void A_change_of_one_page_in_a_1_GiB_leaf_takes_two_tables_and_writes_1024_entries()
    {
        using var table = Table<XenEpt>();
        table.Set(new Pfn(0), Far, G1 / K4, P2mTypes.PermissionsOf(P2mType.RamReadWrite), PageSize.Size1G, new TableChange());
        var change = new TableChange();
        table.Protect(new Pfn(777), 1, P2mTypes.PermissionsOf(P2mType.MmioDirect), PageSize.Size2M, change);
        Assert.Multiple(() =>
        {
            Assert.That(change.TablesTaken, Is.EqualTo(2));
            Assert.That(change.FilledBySplits, Is.EqualTo(new LeafSizes(512, 512, 0)));
            Assert.That(change.Written.Total, Is.EqualTo(1024 + 1));
            Assert.That(change.Shattered, Is.EqualTo(new LeafSizes(0, 1, 1)));
            Assert.That(table.Leaves, Is.EqualTo(new LeafSizes(512, 511, 0)));
            Assert.That(change.NeedsFlush);
        });
    }

    [Test]
    public void Every_type_is_read_back_by_Xens_own_reading_of_the_same_words([ValueSource(typeof(P2mTypes), nameof(P2mTypes.All))] P2mType type)
    {
        using var ept = Table<XenEpt>();
        using var npt = Table<XenNpt>();
        foreach (var table in (TranslationTable[])[ept, npt]) table.Set(new Pfn(512), Far, 512, P2mTypes.PermissionsOf(type), P2mTypes.LargestLeafOf(type), new TableChange());
        var at = new Iova((512UL + 3) << Pfn.Shift);
        var (read, amd) = (Lookup(ept), Lookup(npt));
        Assert.Multiple(() =>
        {
            Assert.That((int)XenP2mEpt.TypeOf(ept.Table.Walk(at).Entry), Is.EqualTo((int)type));
            Assert.That((int)XenP2mNpt.TypeOf(npt.Table.Walk(at).Entry), Is.EqualTo((int)type));
            Assert.That(P2mTypes.TypeOf(ept.Table.Walk(at).Leaf.Permissions), Is.EqualTo(type));
            // Memory that is lent is not Xen's; its own reader knows no frame behind it.
            if (type == P2mType.Lent) return;
            Assert.That((read.Type, read.Mfn, read.Order), Is.EqualTo(((XenP2mType)type, Far + 3, P2mTypes.LargestLeafOf(type) > PageSize.Size4K ? 9 : 0)));
            Assert.That(read.Access, Is.EqualTo(XenP2mAccess.All));
            Assert.That((amd.Type, amd.Mfn), Is.EqualTo(((XenP2mType)type, Far + 3)));
        });

        XenP2mEntry Lookup<TFormat>(TranslationTable<TFormat> table)
            where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat => typeof(TFormat) == typeof(XenEpt)
                ? XenP2mEpt.Lookup(table.Table.Arena.Memory, table.Table.Root.Value, at)
                : XenP2mNpt.Lookup(table.Table.Arena.Memory, table.Table.Root.Value, at);
    }

    [Test]
    public void What_the_EPT_maps_VT_d_reads_out_of_the_same_table()
    {
        using var table = Table<XenEpt>();
        table.Set(new Pfn(512), Far, 1024, P2mTypes.PermissionsOf(P2mType.RamReadWrite), PageSize.Size2M, new TableChange());
        table.Set(new Pfn(5), new Pfn(99), 3, P2mTypes.PermissionsOf(P2mType.Foreign), PageSize.Size4K, new TableChange());
        foreach (var gfn in (ulong[])[5, 7, 512, 1023, 1024, 1535])
        {
            var at = new Iova((gfn << Pfn.Shift) + 8);
            var device = VtdSs4.Walk(table.Table.Arena.Memory, table.Table.Root.Value, at);
            Assert.That(device.IsLeaf, $"{device}");
            Assert.That((device.Leaf.Pfn, device.Leaf.Permissions), Is.EqualTo((table.Table.Walk(at).Leaf.Pfn, Permissions.ReadWrite)));
            Assert.That(EptL4.Walk(table.Table.Arena.Memory, table.Table.Root.Value, at).IsLeaf, "and so does the CPU");
        }
    }

    [Test]
    public void Counts_are_those_of_a_plain_list_of_leaves()
    {
        Check<XenEpt>();
        Check<XenNpt>();
        Check<XenAmdIommu>();
        Check<VtdSs4>();
    }

    private static void Check<TFormat>()
        where TFormat : struct, IRunFormat, IProtectFormat, ISplitFormat
    {
        var config = Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(40).WithReplay(20261127, 31);
        Prop.ForAll(Arb.From(Gen.Sized(size => Step().ArrayOf(2 + Math.Min(size, 12)))), steps =>
        {
            using var table = Table<TFormat>();
            var plain = new PlainTable();
            foreach (var step in steps)
            {
                var (real, expected) = (new TableChange(), new PlainCounts());
                switch (step.Verb)
                {
                    case 0:
                        table.Set(step.Gfn, step.Mfn, step.Pages, Permissions.ReadWrite, step.Largest, real);
                        plain.Set(step.Gfn.Value, step.Mfn.Value, step.Pages, step.Largest.Pages, expected);
                        break;
                    case 1:
                        table.Remove(step.Gfn, step.Pages, step.Largest, real);
                        plain.Remove(step.Gfn.Value, step.Pages, step.Largest.Pages, expected);
                        break;
                    default:
                        table.Protect(step.Gfn, step.Pages, Permissions.ReadWrite, step.Largest, real);
                        plain.Protect(step.Gfn.Value, step.Pages, step.Largest.Pages, expected);
                        break;
                }

                Assert.That((real.Written, real.Shattered), Is.EqualTo((expected.Written, expected.Shattered)), $"{step}");
                Assert.That(table.Leaves, Is.EqualTo(plain.Leaves), $"{step}");
                Assert.That(table.Recount(new Pfn(0), 1UL << 36), Is.EqualTo(plain.Leaves), "read out of the tables");
            }
        }).Check(config);
    }

    private static Gen<TableStep> Step()
    {
        ulong[] places = [0, 1, 511, 512, 513, 1024, 262143, 262144, 262145, 262656, 524288];
        ulong[] lengths = [1, 2, 511, 512, 513, 1024, 262144, 262656];
        ulong[] skews = [0, 1, 512, 262144];
        return
            from verb in Gen.Choose(0, 2)
            from gfn in Gen.Elements(places)
            from pages in Gen.Elements(lengths)
            from skew in Gen.Elements(skews)
            from largest in Gen.Elements(PageSize.Size4K, PageSize.Size2M, PageSize.Size1G)
            // The plain twin goes through a list: a GiB in leaves of 4 KiB would keep it busy.
            let isLong = pages > 1024
            select new TableStep(verb, new Pfn(gfn), new Pfn(gfn + (isLong && skew == 1 ? 512 : skew) + (1UL << 20)), pages, largest == PageSize.Size4K && isLong ? PageSize.Size2M : largest);
    }

    private sealed record TableStep(int Verb, Pfn Gfn, Pfn Mfn, ulong Pages, PageSize Largest);
}
