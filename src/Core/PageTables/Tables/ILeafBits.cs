using System.ComponentModel;

namespace Fast.PageTables;

/// <summary>What bits of a format's leaves are for, as constants; implemented by emitted code.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public interface ILeafBits
{
    /// <summary>The accessed bit, or 0.</summary>
    static abstract ulong AccessedMask { get; }

    /// <summary>The bit by which hardware says that it wrote, or 0.</summary>
    static abstract ulong DirtyMask { get; }

    /// <summary>Bit that must be set for the dirty bit to mean anything (Arm DBM), or 0. It is set in every leaf that allows writing.</summary>
    static abstract ulong DirtyModifier { get; }

    /// <summary>Whether a clear dirty bit means dirty.</summary>
    static abstract bool DirtyWhenClear { get; }

    /// <summary>Software bit that keeps "dirty" of a leaf that does not allow writing, where the dirty bit then means something else; or 0.</summary>
    static abstract ulong DirtySaved { get; }

    /// <summary>Bits that decide what a leaf allows.</summary>
    static abstract ulong RightsMask { get; }

    /// <summary>Bits of a leaf that hardware ignores.</summary>
    static abstract ulong SoftwareMask { get; }

    /// <summary>The bits that allow what is asked for, presence included; <see langword="false"/> when the format cannot say it.</summary>
    static abstract bool TryEncode(Permissions permissions, out ulong bits);
}
