namespace Fast.PageTables;

/// <summary>
/// Reads runs one 4 KiB page at a time with the plain walker: what VFIO type1 did before it could ask for a leaf's size. The oracle of range
/// scans and pin loops.
/// </summary>
public static class ReferencePinner
{
    /// <summary>All runs of <paramref name="range"/>, in order.</summary>
    public static List<Run> ReadRuns<TMemory>(FormatFacts facts, in TMemory memory, PhysicalAddress root, IovaRange range)
        where TMemory : ITableMemory, allows ref struct
    {
        ArgumentNullException.ThrowIfNull(facts);
        var runs = new List<Run>();
        var open = false;
        var page = range.Start.Value >> Pfn.Shift;
        for (var left = range.Pages; left != 0; left--, page++)
        {
            var walk = ReferenceWalker.Walk(facts, memory, root, new Iova(page << Pfn.Shift), FormatLimits.None);
            if (!walk.IsLeaf)
            {
                open = false;
                continue;
            }

            var leaf = walk.Leaf;
            if (open && runs[^1].Pfn + runs[^1].Pages == leaf.Pfn && runs[^1].Permissions == leaf.Permissions)
                runs[^1] = runs[^1].Extended(1);
            else
                runs.Add(new Run(new Iova(page << Pfn.Shift), leaf.Pfn, 1, leaf.Permissions));
            open = true;
        }

        return runs;
    }
}
