using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Finds a place for a device that comes, and when there is none, what a strategy's reactions can do about it. It only thinks; nothing is written.</summary>
/// <param name="strategy">The strategy.</param>
internal class Planner(RebalanceStrategy strategy)
{
    /// <summary>The plan, or <see langword="null"/> when the request has to be refused.</summary>
    /// <param name="device">The device.</param>
    /// <param name="others">The devices that have a place in its window.</param>
    public PlacementPlan? Plan(RebalanceDevice device, IReadOnlyCollection<RebalanceDevice> others)
    {
        var plan = Direct(device, others, null);
        foreach (var reaction in strategy.Reactions)
        {
            if (plan is not null) break;
            plan = React(reaction, device, others) is { } found ? found with { Reaction = reaction } : null;
        }

        return plan;
    }

    /// <summary>Places for many at once, as at boot: the largest first, each at the lowest place. Those that find none are left out.</summary>
    public Dictionary<RebalanceDevice, PlacedBlock[]> PlaceAll(BusRange window, IEnumerable<RebalanceDevice> devices)
    {
        var (places, taken) = (new Dictionary<RebalanceDevice, PlacedBlock[]>(), new List<BusRange>());
        foreach (var device in devices.OrderByDescending(device => device.LargestBar.Bytes))
        {
            var found = Layouts(device).Select(blocks => PlaceEach(blocks, taken, (among, shape) => PlaceFinder.FirstFit(window, among, shape)));
            if (found.FirstOrDefault(each => each is not null) is not { } placed) continue;
            places.Add(device, placed);
            taken.AddRange(placed.Select(block => block.Range));
        }

        return places;
    }

    /// <summary>Whether a device may get another place.</summary>
    protected virtual bool MayMove(RebalanceDevice device) => device.Type.Immovable is null;

    /// <summary>A tight window holds the smaller BARs in front of the largest or behind it, whichever finds a place.</summary>
    private IEnumerable<ImmutableArray<Block>> Layouts(RebalanceDevice device, ulong? largestBytes = null)
    {
        if (strategy.Policy == PlacementPolicy.TightFit && device.Port is not null) yield return BlockLayout.Of(device, headFirst: true, largestBytes);
        yield return BlockLayout.Of(device, headFirst: false, largestBytes);
    }

    private PlacementPlan? Direct(RebalanceDevice device, IReadOnlyCollection<RebalanceDevice> others, ulong? largestBytes) =>
        Layouts(device, largestBytes).Select(blocks => Direct(device, blocks, others, largestBytes)).FirstOrDefault(plan => plan is not null);

    private PlacementPlan? Direct(RebalanceDevice device, ImmutableArray<Block> blocks, IReadOnlyCollection<RebalanceDevice> others, ulong? largestBytes)
    {
        if (strategy.Policy == PlacementPolicy.LargestFirstRepack) return Repack(device, blocks, others) is { } plan ? plan with { LargestBytes = largestBytes } : null;
        return PlaceEach(blocks, [.. TakenBy(others)], (among, shape) => PlaceFinder.Find(strategy.Policy, device.Window.Range, among, shape)) is { } placed
            ? new PlacementPlan(placed, PlacementPlan.NoMoves, largestBytes)
            : null;
    }

    private PlacementPlan? React(Reaction reaction, RebalanceDevice device, IReadOnlyCollection<RebalanceDevice> others) => reaction switch
    {
        Reaction.PartialBar => Partial(device, others),
        Reaction.Resize => device.Type.Resizable.Where(bytes => bytes < device.LargestBar.Bytes).OrderDescending().Select(bytes => Direct(device, others, bytes)).FirstOrDefault(plan => plan is not null),
        Reaction.MoveOne => Layouts(device).Select(blocks => Evacuate(device, blocks, others, mostDevices: 1)).OfType<PlacementPlan>().MinBy(BytesMoved),
        Reaction.MoveSeveral => Layouts(device).Select(blocks => Evacuate(device, blocks, others, int.MaxValue)).OfType<PlacementPlan>().MinBy(BytesMoved),
        Reaction.Compact => Layouts(device).Select(blocks => Repack(device, blocks, others)).FirstOrDefault(plan => plan is not null),
        _ => null,
    };

    /// <summary>A window that starts where the whole would, and ends where the gap does; it stays that small when it is moved later.</summary>
    private static PlacementPlan? Partial(RebalanceDevice device, IReadOnlyCollection<RebalanceDevice> others)
    {
        if (device.Port is null || device.Type.LeastPart is not { } least) return null;
        var block = BlockLayout.Of(device, headFirst: true)[0];
        var best = default(BusRange?);
        foreach (var gap in FreeSpace.GapsOf(device.Window.Range, TakenBy(others)))
        {
            var shape = block.Shape with { Bytes = block.Shape.Head + least };
            if (shape.LowestIn(gap) is not { } start) continue;
            var room = BusRange.Of(start.Start, Math.Min(gap.Last - start.Start + 1, block.Shape.Bytes));
            if (best is null || room.Bytes > best.Value.Bytes) best = room;
        }

        return best is { } range ? new PlacementPlan([new PlacedBlock(block with { Shape = block.Shape with { Bytes = range.Bytes } }, range)], PlacementPlan.NoMoves, IsPartial: true) : null;
    }

    /// <summary>Everything that may be moved, and the newcomer, the largest first at the lowest place; what must stay is an obstacle.</summary>
    private PlacementPlan? Repack(RebalanceDevice device, IReadOnlyCollection<Block> blocks, IReadOnlyCollection<RebalanceDevice> others)
    {
        var movable = others.Where(MayMove).ToList();
        var at = movable.SelectMany(other => other.Placed).ToDictionary(placed => placed.Block, placed => placed.Range);
        var inOrder = at.Keys.Concat(blocks).OrderByDescending(block => block.Shape.Bytes).ThenBy(block => at.TryGetValue(block, out var range) ? range.Start : ulong.MaxValue).ToList();
        if (PlaceEach(inOrder, [.. TakenBy(others.Except(movable))], (among, shape) => PlaceFinder.FirstFit(device.Window.Range, among, shape)) is not { } placed) return null;
        return new PlacementPlan([.. placed.Where(block => block.Block.Device == device)], MovesOf(placed.Where(block => block.Block.Device != device)));
    }

    /// <summary>
    /// Clears one stretch for the newcomer's largest block: of all that could be cleared, the one with the fewest bytes in it whose devices find another place. Stretches are tried
    /// where something that is taken begins or ends; between two of those, clearing would move the same devices.
    /// </summary>
    private PlacementPlan? Evacuate(RebalanceDevice device, ImmutableArray<Block> blocks, IReadOnlyCollection<RebalanceDevice> others, int mostDevices)
    {
        var window = device.Window.Range;
        var shape = blocks[0].Shape;
        var placed = others.SelectMany(other => other.Placed).ToList();
        var stretches = placed.SelectMany(block => new[] { shape.AtOrBefore(block.Range.Start, window), shape.AtOrBefore(block.Range.Last, window), shape.LowestIn(window with { Start = block.Range.Start }) })
            .OfType<BusRange>().Distinct();
        var plans =
            from stretch in stretches
            let away = placed.Where(block => block.Range.Overlaps(stretch)).ToList()
            where away.TrueForAll(block => MayMove(block.Block.Device)) && away.Select(block => block.Block.Device).Distinct().Count() <= mostDevices
            orderby away.Aggregate(0UL, (sum, block) => sum + block.Range.Bytes), stretch.Start
            select Evacuated(device, blocks, stretch, away, placed);
        return plans.FirstOrDefault(plan => plan is not null);
    }

    private static ulong BytesMoved(PlacementPlan plan) => plan.Moves.Keys.Aggregate(0UL, (sum, device) => sum + device.Bytes);

    private static PlacementPlan? Evacuated(RebalanceDevice device, IReadOnlyList<Block> blocks, BusRange stretch, List<PlacedBlock> away, List<PlacedBlock> placed)
    {
        var window = device.Window.Range;
        List<BusRange> taken = [.. placed.Except(away).Select(block => block.Range), stretch];
        var rest = away.Select(block => block.Block).Concat(blocks.Skip(1)).OrderByDescending(block => block.Shape.Bytes);
        if (PlaceEach(rest, taken, (among, shape) => PlaceFinder.FirstFit(window, among, shape)) is not { } found) return null;
        PlacedBlock[] newcomer = [new PlacedBlock(blocks[0], stretch), .. found.Where(block => block.Block.Device == device)];
        return new PlacementPlan(newcomer, MovesOf(found.Where(block => block.Block.Device != device)));
    }

    /// <summary>Of blocks with places, the devices for which that is another place.</summary>
    private static Dictionary<RebalanceDevice, PlacedBlock[]> MovesOf(IEnumerable<PlacedBlock> blocks)
    {
        var targets = blocks.ToDictionary(block => block.Block, block => block.Range);
        return targets.Keys.Select(block => block.Device).Distinct()
            .Select(device => (Device: device, Target: device.Placed.Select(placed => targets.TryGetValue(placed.Block, out var range) ? placed with { Range = range } : placed).ToArray()))
            .Where(move => !move.Target.SequenceEqual(move.Device.Placed))
            .ToDictionary(move => move.Device, move => move.Target);
    }

    private static PlacedBlock[]? PlaceEach(IEnumerable<Block> blocks, List<BusRange> taken, Func<IReadOnlyCollection<BusRange>, BlockShape, BusRange?> find)
    {
        var placed = new List<PlacedBlock>();
        List<BusRange> among = [.. taken];
        foreach (var block in blocks)
        {
            if (find(among, block.Shape) is not { } range) return null;
            placed.Add(new PlacedBlock(block, range));
            among.Add(range);
        }

        return [.. placed];
    }

    private static IEnumerable<BusRange> TakenBy(IEnumerable<RebalanceDevice> devices) => devices.SelectMany(device => device.Placed).Select(block => block.Range);
}
