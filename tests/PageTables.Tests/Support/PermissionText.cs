namespace Fast.PageTables.Tests;

/// <summary>Permissions as the vectors of each family write them.</summary>
internal static class PermissionText
{
    private const Permissions R = Permissions.Read, W = Permissions.Write, X = Permissions.Execute, U = Permissions.User, E = Permissions.UserExecute;

    public static string Of(string format, Permissions permissions)
    {
        var (known, text) = format.Split('-')[0] switch
        {
            "x86" or "riscv" when !format.EndsWith("x4", StringComparison.Ordinal) => (R | W | X | U, Letters(permissions, "RWX") + (permissions.HasFlag(U) ? "U" : "S")),
            // Every access is a user access here: there is no right to it.
            "npt" or "riscv" => (R | W | X, Letters(permissions, "RWX") + "U"),
            "vtd" when format.StartsWith("vtd-fs", StringComparison.Ordinal) => (R | W | X, Letters(permissions, "RWX") + "U"),
            "ept" => (R | W | X, Letters(permissions, "RWX")),
            "armv8" when format.StartsWith("armv8-s1", StringComparison.Ordinal) => (R | W | X | U | E, Stage1(permissions)),
            "armv8" => (R | W | X | E, $"{Letters(permissions, "RW")} {Stage2(permissions & (X | E))}"),
            _ => (R | W, Letters(permissions, "RW")),
        };
        return text + ((permissions & ~known) == 0 ? "" : $"+{permissions & ~known}");
    }

    private static string Letters(Permissions permissions, string letters) =>
        string.Concat(letters.Select((letter, bit) => ((int)permissions >> bit & 1) != 0 ? letter : '-'));

    private static string Stage1(Permissions permissions)
    {
        var user = permissions.HasFlag(U) ? Letters(permissions, "RW") + (permissions.HasFlag(E) ? "X" : "-") : "---";
        return $"EL1:{Letters(permissions, "RWX")} EL0:{user}";
    }

    private static string Stage2(Permissions execute) => execute switch { X | E => "X10", X => "X1", E => "X0", _ => "-" };
}
