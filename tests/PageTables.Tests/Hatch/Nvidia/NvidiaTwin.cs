using System.Globalization;

namespace Fast.PageTables.Tests.Hatch.Nvidia;

/// <summary>What a walk of NVIDIA tables comes to, in plain words.</summary>
/// <param name="Text">The leaf as the vectors write it, or why there is none.</param>
/// <param name="Level">Level of the last entry.</param>
/// <param name="Entry">That entry.</param>
internal sealed record NvidiaOutcome(string Text, int Level, ulong Entry);

/// <summary>
/// NVIDIA tables walked plainly: one loop, fields by the bit numbers of the published headers (dual entries as one word of 128 bits), nothing shared with the
/// library. The oracle of the emitted walks.
/// </summary>
internal sealed class NvidiaTwin(int version)
{
    private const ulong SystemMemory = 1UL << 63;

    /// <summary>Shift and index bits of the levels above the last tables, root first.</summary>
    public (int Shift, int Bits)[] Directories => version == 2
        ? [(47, 2), (38, 9), (29, 9), (21, 8)]
        : [(56, 1), (47, 9), (38, 9), (29, 9), (21, 8)];

    public int InputBits => version == 2 ? 49 : 57;

    public NvidiaOutcome Walk(TableImage image, ulong root, ulong input)
    {
        var level = Directories.Length;
        if (input >> InputBits != 0) return new NvidiaOutcome("BadInput", level + 1, 0);
        var (table, entry) = (root, root);
        foreach (var (shift, bits) in Directories)
        {
            var words = level == 1 ? 2 : 1;
            var offset = ((input >> shift) & ((1UL << bits) - 1)) * 8 * (ulong)words;
            if (image.Read(table, 8 * words << bits, offset) is not { } low) return new NvidiaOutcome("NotBacked", level + 1, entry);
            entry = low;
            var isPte = (low & 1) == 1;
            if (isPte && !CanBeLeaf(level)) return new NvidiaOutcome("Reserved", level, low);
            if (isPte) return Leaf(low, shift, input, level);
            if (level == 1) return Dual(image, new UInt128(image[table + offset + 8], low), input);
            if (Bits(low, 2, 1) == 0) return new NvidiaOutcome(Bits(low, 3, 3) == 1 ? "Sparse" : "NotPresent", level, low);
            table = Table(low, version == 2 ? 8 : 12, 12);
            level--;
        }

        throw new InvalidOperationException("level 1 ends every walk");
    }

    /// <summary>The attributes of a leaf as the vectors write them, after its size.</summary>
    public string Attributes(ulong pte)
    {
        var aperture = (int)Bits(pte, 2, 1);
        var where = new[] { "VID", "PEER", "SYSC", "SYSN" }[aperture];
        if (aperture == 1) where += " peer" + (version == 2 ? Bits(pte, 35, 33) : Bits(pte, 63, 61)).ToString(CultureInfo.InvariantCulture);
        var (privileged, readOnly, noAtomics) = version == 2 ? (5, 6, 7) : (4, 5, 6);
        var rights = "R" + (Bit(pte, readOnly) ? "-" : "W") + (Bit(pte, noAtomics) ? "-" : "A") + (Bit(pte, privileged) ? "P" : "U");
        var text = $"{rights}, {where}" + (Bit(pte, 3) ? " VOL" : "");
        if (version == 2) return text + (Bit(pte, 4) ? " ENC" : "") + " K" + Hex(Bits(pte, 63, 56), 2) + (aperture < 2 && Bits(pte, 55, 36) is var tags and not 0 ? " tags" + Hex(tags, 1) : "");
        return text + (Bit(pte, 7) ? " ACD" : "") + " K" + Hex(Bits(pte, 11, 8), 1);
    }

    private bool CanBeLeaf(int level) => level <= (version == 2 ? 2 : 3);

    private NvidiaOutcome Dual(TableImage image, UInt128 dual, ulong input)
    {
        var low = (ulong)dual;
        var (bigAperture, smallAperture) = (Bits(dual, 2, 1), Bits(dual, 66, 65));
        var invalidBig = default(NvidiaOutcome);
        if (bigAperture != 0)
        {
            var address = version == 2 ? Bits(dual, bigAperture == 1 ? 32 : 53, 4) << 8 : Bits(dual, 51, 8) << 8;
            if (image.Read(Located(address, bigAperture), 256, Bits(input, 20, 16) * 8) is not { } big) return new NvidiaOutcome("NotBacked", 1, low);
            if (Bit(big, 0)) return Leaf(big, 16, input, 0);
            var code = Invalid(big, isBig: true);
            if (code != "NotPresent") return new NvidiaOutcome(code, 0, big);
            invalidBig = new NvidiaOutcome(code, 0, big);
        }

        if (smallAperture != 0)
        {
            var address = version == 2 ? Bits(dual, smallAperture == 1 ? 96 : 117, 72) << 12 : Bits(dual, 115, 76) << 12;
            if (image.Read(Located(address, smallAperture), 4096, Bits(input, 20, 12) * 8) is not { } small) return new NvidiaOutcome("NotBacked", 1, (ulong)(dual >> 64));
            return Bit(small, 0) ? Leaf(small, 12, input, 0) : new NvidiaOutcome(Invalid(small, isBig: false), 0, small);
        }

        return invalidBig ?? new NvidiaOutcome(Bit(low, 3) ? "Sparse" : "NotPresent", 1, low);
    }

    private string Invalid(ulong pte, bool isBig)
    {
        if (version == 2) return Bit(pte, 3) ? "Sparse" : isBig && Bit(pte, 5) ? "NoSmallPages" : "NotPresent";
        return Bits(pte, 7, 3) switch { 1 => "Sparse", 2 => "MapsNowhere", 3 when isBig => "NoSmallPages", _ => "NotPresent" };
    }

    private NvidiaOutcome Leaf(ulong pte, int shift, ulong input, int level)
    {
        var aperture = Bits(pte, 2, 1);
        var frame = version == 2
            ? Bits(pte, aperture < 2 ? 32 : 53, 8) << 12
            : Bits(pte, aperture == 0 ? 39 : 51, 12) << 12;
        var offset = (1UL << shift) - 1;
        return new NvidiaOutcome($"leaf OA 0x{Hex((frame & ~offset) | (input & offset), 1)}, 2^{shift}, {Attributes(pte)}", level, pte);
    }

    private ulong Table(ulong pde, int lowest, int addressLowest)
    {
        var aperture = Bits(pde, 2, 1);
        return Located(Bits(pde, version == 2 ? aperture == 1 ? 32 : 53 : 51, lowest) << addressLowest, aperture);
    }

    private static ulong Located(ulong address, ulong aperture) => aperture == 1 ? address : address + SystemMemory;

    private static string Hex(ulong value, int digits) => value.ToString("X" + digits.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static bool Bit(ulong word, int bit) => Bits(word, bit, bit) == 1;

    private static ulong Bits(UInt128 word, int hi, int lo) => (ulong)((word >> lo) & ((UInt128.One << (hi - lo + 1)) - 1));
}
