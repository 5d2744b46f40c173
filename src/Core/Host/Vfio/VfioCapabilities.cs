using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Fast.Host;

/// <summary>The chain of capabilities behind the argument of an information request. Both that matter here hold a count and pairs.</summary>
internal static class VfioCapabilities
{
    /// <summary>The pairs of a capability, or <see langword="null"/> without it.</summary>
    /// <param name="buffer">The whole argument.</param>
    /// <param name="offset">Where the first capability is; 0 for none.</param>
    /// <param name="id">Which one.</param>
    public static ImmutableArray<VfioPair>? Find(ReadOnlySpan<byte> buffer, uint offset, ushort id)
    {
        var header = (uint)Unsafe.SizeOf<VfioCapabilityHeader>();
        // A chain that does not go forward would never end; the kernel's does.
        for (uint last = 0; offset > last && offset + header <= buffer.Length; )
        {
            var capability = MemoryMarshal.Read<VfioCapabilityHeader>(buffer[(int)offset..]);
            if (capability.Id == id) return Pairs(buffer[(int)(offset + header)..]);
            (last, offset) = (offset, capability.Next);
        }

        return null;
    }

    private static ImmutableArray<VfioPair> Pairs(ReadOnlySpan<byte> body)
    {
        const int CountAndPad = 8;
        if (body.Length < CountAndPad) return [];
        var all = MemoryMarshal.Cast<byte, VfioPair>(body[CountAndPad..]);
        return [.. all[..(int)Math.Min(MemoryMarshal.Read<uint>(body), (uint)all.Length)]];
    }
}
