namespace Fast.PageTables.Testing;

/// <summary>
/// Permissions as vectors write them. Unless a row <c>rights</c> says otherwise: a letter of <c>RWXUE</c> for each right that the format declares, <c>-</c> where it is denied.
/// <c>RWX U/S</c>: user or supervisor as a letter. <c>RWX U</c>: every access is a user's. <c>EL1 EL0</c>: Arm stage 1. <c>RW XN</c>: Arm stage 2.
/// </summary>
internal static class PermissionText
{
    private const Permissions R = Permissions.Read, W = Permissions.Write, X = Permissions.Execute, U = Permissions.User, E = Permissions.UserExecute;

    public static string Of(string? rights, FormatFacts facts, Permissions permissions)
    {
        var declared = Bits.AllRights(facts);
        var (known, text) = rights switch
        {
            null => (declared, Declared(declared, permissions)),
            "RWX U/S" => (R | W | X | U, Letters(permissions, "RWX") + (permissions.HasFlag(U) ? "U" : "S")),
            "RWX U" => (R | W | X, Letters(permissions, "RWX") + "U"),
            "EL1 EL0" => (R | W | X | U | E, Stage1(permissions)),
            "RW XN" => (R | W | X | E, $"{Letters(permissions, "RW")} {Stage2(permissions & (X | E))}"),
            _ => throw new FormatCheckException($"'{rights}' is no way to write permissions: use RWX U/S, RWX U, EL1 EL0, RW XN, or no such row"),
        };
        return text + ((permissions & ~known) == 0 ? "" : $"+{permissions & ~known}");
    }

    private static string Declared(Permissions declared, Permissions permissions) =>
        string.Concat("RWXUE".Where((_, bit) => ((int)declared >> bit & 1) != 0).Select(letter => ((int)permissions >> "RWXUE".IndexOf(letter, StringComparison.Ordinal) & 1) != 0 ? letter : '-'));

    private static string Letters(Permissions permissions, string letters) =>
        string.Concat(letters.Select((letter, bit) => ((int)permissions >> bit & 1) != 0 ? letter : '-'));

    private static string Stage1(Permissions permissions)
    {
        var user = permissions.HasFlag(U) ? Letters(permissions, "RW") + (permissions.HasFlag(E) ? "X" : "-") : "---";
        return $"EL1:{Letters(permissions, "RWX")} EL0:{user}";
    }

    private static string Stage2(Permissions execute) => execute switch { X | E => "X10", X => "X1", E => "X0", _ => "-" };
}
