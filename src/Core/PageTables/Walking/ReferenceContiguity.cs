using System.Numerics;

namespace Fast.PageTables;

/// <summary>Leaves that take several items, decoded by facts.</summary>
internal static class ReferenceContiguity
{
    /// <summary>The leaf that <paramref name="raw"/> is, or belongs to.</summary>
    public static DecodedEntry Leaf(FormatFacts facts, int level, ulong raw, Iova input)
    {
        var here = facts.Levels[level];
        var shift = here.Shift;
        if (!TryShift(facts, here, raw, ref shift)) return new DecodedEntry(EntryKind.Fault, here.Contiguity.Kind == ContiguityKind.OnesRunInAddress ? WalkStatus.BadSize : facts.ReservedFault, default, default, 0);
        var item = (1UL << here.Shift) - 1;
        var address = ReferenceDecoder.Address(facts, raw).Value;
        // Where each item has its own address it is that; where all hold the same word the input address tells how far into the leaf this item is.
        var replicated = shift != here.Shift && here.Contiguity.Kind != ContiguityKind.HintBit;
        address = replicated
            ? (address & ~((1UL << shift) - 1)) | (input.Value & ((1UL << shift) - 1) & ~item)
            : address & ~item;
        return new DecodedEntry(EntryKind.Leaf, default, new PhysicalAddress(address), new PageSize(shift), 0);
    }

    /// <summary>log2 of the size of a leaf; false when what it says about its size is wrong.</summary>
    private static bool TryShift(FormatFacts facts, LevelFacts here, ulong raw, ref int shift)
    {
        var contiguity = here.Contiguity;
        if (facts.NextLevel.Exists)
        {
            if (facts.NextLevel.Of(raw) == 0) return true;
            // The first zero bit from the granule upwards: n zero at bit n means 2^(n + 1) bytes.
            var address = ReferenceDecoder.Address(facts, raw).Value | ((1UL << facts.Levels[0].Shift) - 1);
            shift = BitOperations.TrailingZeroCount(~address) + 1;
            return contiguity.Exists && shift >= here.Shift + contiguity.MinLg2 && shift <= here.Shift + contiguity.MaxLg2;
        }

        if (!contiguity.Exists || (raw & contiguity.Flag) == 0) return true;
        shift += contiguity.MinLg2;
        if (contiguity.Kind == ContiguityKind.HintBit) return true;
        var low = ReferenceDecoder.Address(facts, raw).Value & ((1UL << shift) - 1);
        return low == 1UL << (shift - 1);
    }
}
