using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>Single leaves to words and back: the level whose sizes fit is asked.</summary>
internal static class CodingEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        var levels = spec.Levels.Where(level => level.CanLeaf).Select(level => level.Name + "Level").ToList();
        code.Lines("/// <inheritdoc/>");
        code.Open("public static bool TryEncodeLeaf(PageSize size, PhysicalAddress address, Permissions permissions, out ulong raw)");
        code.Lines("raw = 0;");
        if (spec.OaBitsMax < 64) code.Lines($"if (address.Value >> {spec.OaBitsMax} != 0) return false;");
        code.Lines("if (!TryEncode(permissions, out var bits)) return false;");
        code.Lines("return " + string.Join("\n    || ", levels.Select(level => $"LeafCoding.TryEncode<{level}>(size, address, bits, ref raw)")) + ";");
        code.Close().Gap();
        code.Lines("/// <inheritdoc/>");
        code.Open("public static bool TryDecodeLeaf(PageSize size, ulong raw, out PhysicalAddress address, out Permissions permissions)");
        code.Lines("address = PhysicalAddress.None;");
        code.Lines("permissions = PermissionsOf(raw, ulong.MaxValue, 0);");
        code.Lines("return " + string.Join("\n    || ", levels.Select(level => $"LeafCoding.TryDecode<{level}>(size, raw, ref address)")) + ";");
        code.Close().Gap();
    }
}
