using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>A root that grows: the old root becomes the first table of a new one.</summary>
internal static class RootEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines("/// <inheritdoc/>");
        code.Lines($"public static MapStatus GrowRoot(TableArena arena, ref ulong root, ulong last) => {(spec.DynamicTop ? "RootGrowth.Grow(Facts, arena, ref root, last)" : "MapStatus.Done")};").Gap();
    }
}
