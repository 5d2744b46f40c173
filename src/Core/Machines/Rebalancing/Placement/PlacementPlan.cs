namespace Fast.Machines;

/// <summary>What has to happen for a request to be served.</summary>
/// <param name="Newcomer">Where the new device goes.</param>
/// <param name="Moves">Devices that have to make room, with all their blocks as they shall be.</param>
/// <param name="LargestBytes">The size that its largest BAR is given first, or <see langword="null"/>.</param>
/// <param name="IsPartial">Its window lets only a part of its largest BAR through.</param>
/// <param name="Reaction">What was needed, or <see langword="null"/> when it fits as it is.</param>
internal sealed record PlacementPlan(
    IReadOnlyList<PlacedBlock> Newcomer,
    IReadOnlyDictionary<RebalanceDevice, PlacedBlock[]> Moves,
    ulong? LargestBytes = null,
    bool IsPartial = false,
    Reaction? Reaction = null)
{
    public static readonly IReadOnlyDictionary<RebalanceDevice, PlacedBlock[]> NoMoves = new Dictionary<RebalanceDevice, PlacedBlock[]>();
}
