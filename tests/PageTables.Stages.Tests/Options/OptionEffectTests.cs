using System.Reflection;

namespace Fast.PageTables.Stages.Tests.Options;

/// <summary>What the MSBuild properties of this project, which sets them, do to its formats.</summary>
[NonParallelizable]
public sealed class OptionEffectTests
{
    private static readonly IovaRange All = IovaRange.Of(new Iova(0), 1UL << 30);

    [Test]
    public void A_hook_is_called_before_each_access_to_an_item()
    {
        using var arena = new TableArena();
        var table = new PageTable<Stages30>(arena);
        table.Map(IovaRange.Of(new Iova(0x5000), 0x1000), new Pfn(7), Permissions.Read);
        Assert.That(During(() => table.Follow(new Iova(0x5000), out _)), Is.EqualTo(new[] { TableAccess.Read, TableAccess.Read }));
        Assert.That(During(() => table.Translate(new Iova(1 << 21))), Is.EqualTo(new[] { TableAccess.Read }));
        Assert.That(During(() => table.Map(IovaRange.Of(new Iova(1 << 21), 0x1000), new Pfn(7), Permissions.Read)), Does.Contain(TableAccess.Exchange));
        Assert.That(During(() => table.Unmap(IovaRange.Of(new Iova(1 << 21), 1 << 21))), Does.Contain(TableAccess.Publish), "what the library does for the format");
        Assert.That(TableHooks.Before, Is.Null);
        Assert.That(table.Translate(new Iova(0x5678)), Is.EqualTo(new PhysicalAddress(0x7678)), "without a hook nothing differs");
    }

    [Test]
    public void A_hook_may_let_a_writer_pass_between_two_reads_of_a_walk()
    {
        using var arena = new TableArena();
        var table = new PageTable<Stages30>(arena);
        var page = IovaRange.Of(new Iova(0x5000), 0x1000);
        table.Map(page, new Pfn(7), Permissions.Read);
        var reads = 0;
        TableHooks.Before = _ =>
        {
            if (reads++ != 1) return;
            TableHooks.Before = null;
            table.Unmap(page, keepTables: true);
        };
        Assert.That(table.Follow(new Iova(0x5000), out _), Is.False, "the last item was read after the writer");
    }

    [Test]
    public void A_hook_behind_each_access_is_told_what_was_read_and_what_was_written()
    {
        using var arena = new TableArena();
        var table = new PageTable<Stages30>(arena);
        table.Map(IovaRange.Of(new Iova(0x5000), 0x3000), new Pfn(7), Permissions.Read);
        var seen = new List<(TableAccess Access, ulong Item)>();
        TableHooks.After = (access, item) => seen.Add((access, item));
        try
        {
            table.Follow(new Iova(0x6000), out _);
            Assert.That(seen.Select(access => access.Access), Is.EqualTo(new[] { TableAccess.Read, TableAccess.Read }));
            Assert.That(seen[1].Item, Is.EqualTo(0x8001));
            seen.Clear();
            table.Unmap(IovaRange.Of(new Iova(0x5000), 0x3000), keepTables: true);
            Assert.That(seen.Count(access => access == (TableAccess.Publish, 0UL)), Is.EqualTo(3), "one by one");
            seen.Clear();
            table.Map(IovaRange.Of(new Iova(0x5000), 0x2000), new Pfn(7), Permissions.Read);
            Assert.That(seen.Where(access => access.Access == TableAccess.Publish).Select(access => access.Item), Is.EqualTo(new[] { 0x7001UL, 0x8001UL }));
        }
        finally
        {
            TableHooks.After = null;
        }
    }

    [Test]
    public void Formats_of_the_library_call_no_hook()
    {
        using var arena = new TableArena();
        var table = new PageTable<X64L4>(arena);
        Assert.That(During(() => table.Map(All, new Pfn(0), Permissions.Read)), Is.Empty);
    }

    [Test]
    public void Hooks_stand_for_every_accessor_of_items()
    {
        static IEnumerable<string> Signatures(Type type) => type.GetMethods(BindingFlags.Public | BindingFlags.Static).Where(method => !method.IsSpecialName).Select(method => method.ToString()!);
        Assert.That(Signatures(typeof(TableHooks)), Is.EquivalentTo(Signatures(typeof(TableItems))));
    }

    [Test]
    public void Scans_are_no_wider_than_the_project_asked_for()
    {
        using var arena = new TableArena();
        Assert.That(new PageTable<Stages30>(arena).Scan, Is.LessThanOrEqualTo(ScanVariant.Vector128));
        Assert.That(new PageTable<X64L4>(arena).Scan, Is.EqualTo(ScanVariants.Default), "the library asks for none");
        foreach (var variant in ScanVariants.Supported.Where(variant => variant > ScanVariant.Vector128))
        {
            Assert.That(
                () => new PageTable<Stages30>(arena) { Scan = variant },
                Throws.ArgumentException.With.Message.Contains($"stages-30 was built for scans of at most Vector128 (FastPageTablesScan), not {variant}"));
        }
    }

    [Test]
    public void A_narrow_scan_reads_the_same_runs()
    {
        using var arena = new TableArena();
        var table = new PageTable<Stages30>(arena);
        for (ulong page = 0; page < 300; page += 3) table.Map(IovaRange.Of(new Iova(page << 12), 0x2000), new Pfn(page), Permissions.Read);
        var runs = new Run[200];
        foreach (var variant in Enum.GetValues<ScanVariant>())
        {
            var cursor = new RunCursor(All);
            var count = PageTableRuns.ReadRuns<Stages30, ArenaMemory>(arena.Memory, table.RootWord, variant, ref cursor, runs);
            Assert.That(runs.AsSpan(0, count).ToArray(), Is.EqualTo(ReferencePinner.ReadRuns(Stages30.Facts, arena.Memory, table.RootWord, IovaRange.Of(new Iova(0), 1 << 21))));
        }

        var destination = new PageTable<VtdSs4>(arena);
        Assert.That(PageTablePins.Pin<Stages30ToVtdSs4, Stages30, VtdSs4>(table, IovaRange.Of(new Iova(0), 0x2000), destination, new Iova(0), Permissions.Read).Status, Is.EqualTo(PinStatus.Done));
    }

    private static List<TableAccess> During(Action action)
    {
        var seen = new List<TableAccess>();
        TableHooks.Before = seen.Add;
        try
        {
            action();
        }
        finally
        {
            TableHooks.Before = null;
        }

        return seen;
    }
}
