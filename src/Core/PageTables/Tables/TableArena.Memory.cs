using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Fast.PageTables;

public sealed unsafe partial class TableArena
{
    /// <summary>A stretch of unmanaged memory: <c>mmap</c> where there is Linux, <see cref="NativeMemory"/> elsewhere.</summary>
    private sealed partial class TableMemoryHandle : SafeHandleZeroOrMinusOneIsInvalid
    {
        private readonly nint _mapping;
        private readonly nuint _mappingBytes;

        private TableMemoryHandle(nint address, nint mapping, nuint mappingBytes)
            : base(ownsHandle: true)
        {
            _mapping = mapping;
            _mappingBytes = mappingBytes;
            SetHandle(address);
        }

        /// <summary>First byte, aligned as asked.</summary>
        public nint Address => handle;

        /// <summary>Whether memory that was never written reads as zero.</summary>
        public bool IsZeroed => _mappingBytes != 0;

        public static TableMemoryHandle Reserve(ulong bytes, ulong alignment, bool hugePages) =>
            OperatingSystem.IsLinux() ? ReserveByMmap((nuint)bytes, (nuint)alignment, hugePages) : ReserveByAllocator((nuint)bytes, (nuint)alignment);

        protected override bool ReleaseHandle()
        {
            if (_mappingBytes != 0) return Munmap(_mapping, _mappingBytes) == 0;
            // SAFETY: the pointer came from AlignedAlloc and is released once, by SafeHandle.
            NativeMemory.AlignedFree((void*)handle);
            return true;
        }

        private static TableMemoryHandle ReserveByAllocator(nuint bytes, nuint alignment)
        {
            // SAFETY: AlignedAlloc throws OutOfMemoryException rather than return null.
            var address = (nint)NativeMemory.AlignedAlloc(bytes, alignment);
            return new TableMemoryHandle(address, 0, 0);
        }

        private static TableMemoryHandle ReserveByMmap(nuint bytes, nuint alignment, bool hugePages)
        {
            var mappingBytes = bytes + alignment;
            var mapping = Mmap(0, mappingBytes, ProtRead | ProtWrite, MapPrivate | MapAnonymous | MapNoReserve, -1, 0);
            if (mapping == -1)
                throw new InsufficientMemoryException($"cannot reserve {BinarySize.Format(bytes)} for page tables: errno {Marshal.GetLastPInvokeError()}");
            var address = (nint)(((nuint)mapping + alignment - 1) & ~(alignment - 1));
            // Advice only: without huge pages everything works, scans are slower.
            _ = Madvise(address, bytes, hugePages ? MadvHugepage : MadvNohugepage);
            return new TableMemoryHandle(address, mapping, mappingBytes);
        }
    }
}
