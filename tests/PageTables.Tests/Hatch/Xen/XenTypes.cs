using System.Globalization;

namespace Fast.PageTables.Tests.Hatch.Xen;

/// <summary>Types and accesses of Xen as the table files have them: number, Xen's name, the name here, rights.</summary>
internal sealed record XenTypes(IReadOnlyList<(int Number, string XenName, string Name, int Rights)> Types, IReadOnlyList<(int Number, string XenName, string Name, int Rights)> Accesses)
{
    public static XenTypes Tables { get; } = new(Read("xen-p2m-types"), Read("xen-p2m-accesses"));

    /// <summary>R = 1, W = 2, X = 4 of a type under an access.</summary>
    public static int Derive(int type, int access) => Rights(Tables.Types, type) & Rights(Tables.Accesses, access);

    public static string NameOf(XenP2mType type) => Tables.Types.Where(one => one.Name == type.ToString()).Select(one => one.XenName).FirstOrDefault() ?? type.ToString();

    private static int Rights(IReadOnlyList<(int Number, string XenName, string Name, int Rights)> table, int number) =>
        table.Where(one => one.Number == number).Select(one => one.Rights).FirstOrDefault();

    private static IReadOnlyList<(int, string, string, int)> Read(string file) =>
    [
        .. VectorFile.Parse(file, Resources.Text(file)).Select(row => (int.Parse(row[0], CultureInfo.InvariantCulture), row[1], row[2],
            (row[3][0] == 'R' ? 1 : 0) | (row[3][1] == 'W' ? 2 : 0) | (row[3][2] == 'X' ? 4 : 0))),
    ];
}
