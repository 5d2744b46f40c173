using System.Globalization;
using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A short name for the content of a declaration: FNV-1a over its canonical text. It tells two declarations apart, nothing more.</summary>
internal static class Fingerprint
{
    public static string Of(FormatSpec spec)
    {
        // The record's own text names every fact but the lists' content.
        var lists = new IEnumerable<object>[] { spec.Segments, spec.Levels, spec.Rights, spec.Forbidden, spec.Reserved, spec.Fields, spec.Features };
        var text = string.Join(";", new object?[] { spec.Name, spec.EntryBytes, spec.Granule, spec.SignExtends, spec.IaBits, spec.OaBitsMax, spec.DynamicTop, spec.FirstTop, spec.KindFault, spec.ReservedFault, spec.Operations, spec.Present, spec.NextLevel, spec.Accessed, spec.Dirty, spec.SoftwareInLeaf }
            .Concat(spec.Hatch == null ? [] : [spec.Hatch])
            .Concat(spec.TableWithout == 0 ? [] : [spec.TableWithout])
            .Concat(lists.SelectMany(list => list)));
        var hash = 14695981039346656037UL;
        foreach (var character in text) hash = unchecked((hash ^ character) * 1099511628211UL);
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
