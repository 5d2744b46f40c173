namespace Fast.PageTables.Testing;

/// <summary>Faults by the words of the vectors.</summary>
internal static class FaultText
{
    private static readonly (string Word, WalkStatus Status)[] Words =
    [
        ("rsvd", WalkStatus.Reserved), ("misconfig", WalkStatus.Misconfigured), ("user", WalkStatus.UserDenied), ("size", WalkStatus.BadSize),
        ("skip", WalkStatus.LevelSkipped), ("level", WalkStatus.BadLevel), ("perm", WalkStatus.NoPermission), ("translation", WalkStatus.BadKind),
        ("access", WalkStatus.AccessFlag), ("page", WalkStatus.PageFault),
    ];

    public static string Of(WalkStatus status) => Words.FirstOrDefault(pair => pair.Status == status).Word ?? status.ToString();

    public static WalkStatus Parse(string word) => Words.First(pair => pair.Word == word).Status;
}
