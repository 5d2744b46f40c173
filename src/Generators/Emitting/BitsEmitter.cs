using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>What bits of a leaf are for, as constants for the library's changes.</summary>
internal static class BitsEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec)
    {
        code.Lines($"static ulong ILeafBits.AccessedMask => {Words.Hex(spec.Accessed)};");
        code.Lines($"static ulong ILeafBits.DirtyMask => {Words.Hex(spec.Dirty?.Mask ?? 0)};");
        code.Lines($"static ulong ILeafBits.DirtyModifier => {Words.Hex(spec.Dirty?.Modifier ?? 0)};");
        code.Lines($"static bool ILeafBits.DirtyWhenClear => {(spec.Dirty is { WhenClear: true } ? "true" : "false")};");
        code.Lines($"static ulong ILeafBits.DirtySaved => {Words.Hex(spec.Dirty?.Saved ?? 0)};");
        code.Lines($"static ulong ILeafBits.RightsMask => {Words.Hex(spec.LeafRights)};");
        code.Lines($"static ulong ILeafBits.SoftwareMask => {Words.Hex(spec.SoftwareInLeaf & ~(spec.Dirty?.Saved ?? 0))};");
        code.Lines("static bool ILeafBits.TryEncode(Permissions permissions, out ulong bits) => TryEncode(permissions, out bits);").Gap();
    }
}
