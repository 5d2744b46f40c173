using System.Globalization;
using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A short name for the content of a declaration: FNV-1a over its canonical text. It tells two declarations apart, nothing more.</summary>
internal static class Fingerprint
{
    public static string Of(FormatSpec spec)
    {
        var text = string.Join(";", new[]
        {
            $"{spec.Name},{spec.EntryBytes},{spec.Granule},{spec.SignExtends},{spec.IaBits},{spec.OaBitsMax},{spec.Operations}",
            $"{spec.Present}", $"{spec.AddressHi}..{spec.AddressLo}", $"{spec.TableValue:X},{spec.Accessed:X},{spec.Dirty:X}",
        }.Concat(spec.Levels.Select(level => level.ToString()))
            .Concat(spec.Rights.Select(right => right.ToString()))
            .Concat(spec.Features)
            .Concat(spec.Fields.Select(field => field.ToString()))
            .Concat(spec.Reserved.Select(reserved => reserved.ToString())));
        var hash = 14695981039346656037UL;
        foreach (var character in text) hash = unchecked((hash ^ character) * 1099511628211UL);
        return hash.ToString("x16", CultureInfo.InvariantCulture);
    }
}
