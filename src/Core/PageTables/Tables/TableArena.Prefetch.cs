using System.ComponentModel;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Fast.PageTables;

public sealed unsafe partial class TableArena
{
    /// <summary>Asks for the cache line of an item that will be read soon. Without effect where .NET has no such instruction. For emitted code.</summary>
    [EditorBrowsable(EditorBrowsableState.Never)]
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(ref readonly ulong item)
    {
        // SAFETY: a prefetch reads nothing and cannot fault, whatever the address.
        if (Sse.IsSupported) Sse.Prefetch0(Unsafe.AsPointer(in item));
    }
}
