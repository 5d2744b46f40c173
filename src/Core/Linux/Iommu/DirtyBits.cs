namespace Fast.Linux;

/// <summary>Stretches of bits in words, lowest bit first.</summary>
internal static class DirtyBits
{
    private const int BitsPerWord = 64;

    /// <summary>Sets <paramref name="count"/> bits from <paramref name="first"/> on.</summary>
    public static void Set(Span<ulong> words, ulong first, ulong count)
    {
        for (ulong done = 0; done < count;)
        {
            var (word, bit) = ((int)((first + done) / BitsPerWord), (int)((first + done) % BitsPerWord));
            var take = Math.Min(count - done, (ulong)(BitsPerWord - bit));
            words[word] |= (take == BitsPerWord ? ulong.MaxValue : (1UL << (int)take) - 1) << bit;
            done += take;
        }
    }

    /// <summary>Moves all bits up by less than a word.</summary>
    public static void ShiftLeft(Span<ulong> words, int shift)
    {
        for (var word = words.Length - 1; word >= 0; word--)
            words[word] = (words[word] << shift) | (word == 0 ? 0 : words[word - 1] >> (BitsPerWord - shift));
    }

    /// <summary>The fast path's report: each bit of the caller's is written once, the mapping's own are not moved.</summary>
    public static void Report(ReadOnlySpan<ulong> own, ulong bits, ulong offset, bool isAllSet, Span<ulong> bitmap)
    {
        for (ulong done = 0; done < bits;)
        {
            var (word, bit) = ((int)((offset + done) / BitsPerWord), (int)((offset + done) % BitsPerWord));
            var take = Math.Min(bits - done, (ulong)(BitsPerWord - bit));
            var mask = (take == BitsPerWord ? ulong.MaxValue : (1UL << (int)take) - 1) << bit;
            var from = isAllSet ? ulong.MaxValue : Take(own, done);
            bitmap[word] = (bitmap[word] & ~mask) | ((from << bit) & mask);
            done += take;
        }
    }

    /// <summary>64 bits from any place.</summary>
    private static ulong Take(ReadOnlySpan<ulong> words, ulong first)
    {
        var (word, bit) = ((int)(first / BitsPerWord), (int)(first % BitsPerWord));
        var low = words[word] >> bit;
        return bit == 0 || word + 1 >= words.Length ? low : low | (words[word + 1] << (BitsPerWord - bit));
    }
}
