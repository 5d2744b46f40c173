using System.Globalization;

namespace Fast.PageTables.Tests.Hatch.Xen;

/// <summary>Holds a p2m to its vectors: each entry is put in its place and walked to, by the hardware's rules and by Xen's.</summary>
internal static class XenVectors
{
    public static string? Failure(XenSubject subject, VectorRow row)
    {
        var (level, raw) = (int.Parse(row[1], CultureInfo.InvariantCulture), VectorRow.Word(row[2]));
        var tables = new XenTables(subject, VectorRow.Word(row[3])).With(level, raw);
        var found = row[4].StartsWith("table", StringComparison.Ordinal) ? Pointer(tables, raw) : Whole(tables, raw, row[4].Contains("fault", StringComparison.Ordinal));
        return found == row[4] ? null : $"{row}: {found}";
    }

    /// <summary>Both views of an entry in the vectors' words.</summary>
    private static string Whole(XenTables tables, ulong raw, bool isFault)
    {
        var (type, access, recalculate) = tables.Subject.Read(raw);
        var hardware = tables.Subject.DescribeHardware(tables.Image, XenTables.Root, tables.At);
        var software = "type " + XenTypes.NameOf(type) + (access is { } some ? " acc" + ((int)some).ToString(CultureInfo.InvariantCulture) : "")
            + (access != null && recalculate ? " recalc" : "");
        var lookup = tables.Lookup();
        if (lookup.HardwareStatus != tables.HardwareWalk().Status) return "hardware status";
        if (lookup.Recalculate != recalculate) return "recalculate";
        if (tables.Walk() is { IsLeaf: true } walk && (lookup.Type != type || lookup.Access != access || lookup.Mfn != walk.Leaf.Pfn || walk.Leaf.Permissions != lookup.Permissions))
            return $"Xen's view {lookup} of {walk}";
        if (hardware.StartsWith("leaf", StringComparison.Ordinal) && tables.HardwareWalk().Leaf.Permissions != lookup.Permissions) return "permissions of the two views";
        return isFault ? $"{hardware}; {software}" : hardware == "not present" ? $"{hardware} ({software})" : $"{hardware}, {software}";
    }

    /// <summary>A pointer, once the walk has shown that it goes to exactly that address in both views.</summary>
    private static string Pointer(XenTables tables, ulong raw)
    {
        var before = (tables.Walk(), tables.HardwareWalk());
        var address = raw & 0x000F_FFFF_FFFF_F000;
        tables.Image.Add(address, 4096);
        var missing = before == (WalkResult.Ended(WalkStatus.NotBacked, 1, raw), WalkResult.Ended(WalkStatus.NotBacked, 1, raw));
        return missing && tables.Walk().Status != WalkStatus.NotBacked ? $"table 0x{address:X}" : $"{before}";
    }
}
