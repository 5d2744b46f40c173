using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Host;

/// <summary>A group of devices that the IOMMU cannot tell apart.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Type">Its default domain: <c>DMA</c>, <c>DMA-FQ</c>, <c>identity</c>; or <see langword="null"/>.</param>
/// <param name="Devices">Addresses of its devices.</param>
/// <param name="Reserved">Device addresses that may not be mapped, first and last.</param>
public sealed record IommuGroup(int Number, string? Type, ImmutableArray<string> Devices, ImmutableArray<(ulong Start, ulong Last)> Reserved);

/// <summary>The IOMMUs of a machine.</summary>
/// <param name="Units">Each unit.</param>
/// <param name="Groups">Each group, by number.</param>
public sealed record IommuFacts(ImmutableArray<IommuUnit> Units, ImmutableArray<IommuGroup> Groups)
{
    private const string GroupsFolder = "sys/kernel/iommu_groups";
    private const string UnitsFolder = "sys/class/iommu";

    /// <summary>Whether DMA is translated at all.</summary>
    public bool IsOn => !Groups.IsEmpty;

    internal static IommuFacts Read(HostTree tree) => new(
        [.. tree.Names(UnitsFolder).Select(name => IommuUnit.Read(tree, $"{UnitsFolder}/{name}", name))],
        [.. tree.Names(GroupsFolder).Where(name => int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)).Select(name => ReadGroup(tree, int.Parse(name, CultureInfo.InvariantCulture))).OrderBy(group => group.Number)]);

    private static IommuGroup ReadGroup(HostTree tree, int number)
    {
        var folder = string.Create(CultureInfo.InvariantCulture, $"{GroupsFolder}/{number}");
        var reserved = ImmutableArray.CreateBuilder<(ulong, ulong)>();
        foreach (var line in tree.Lines($"{folder}/reserved_regions"))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length >= 2 && ProcText.TryParseHex(columns[0], out var start) && ProcText.TryParseHex(columns[1], out var last) && last >= start) reserved.Add((start, last));
        }

        return new IommuGroup(number, tree.Text($"{folder}/type"), [.. tree.Names($"{folder}/devices")], reserved.ToImmutable());
    }
}
