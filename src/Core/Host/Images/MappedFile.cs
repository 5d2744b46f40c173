using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace Fast.Host;

/// <summary>A whole file in memory, read-only and without a copy. Its pieces end with it.</summary>
internal sealed unsafe class MappedFile : IDisposable
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _start;

    /// <summary>Maps an open file; it stays the caller's.</summary>
    /// <exception cref="IOException">It cannot be mapped: it is empty, or no plain file.</exception>
    public MappedFile(FileStream file)
    {
        _file = MemoryMappedFile.CreateFromFile(file, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        // SAFETY: the offset is where the file's first byte stands in the view that was just acquired.
        _start += _view.PointerOffset;
        Bytes = file.Length;
    }

    /// <summary>Length of the file when it was mapped. Whoever shortens it meanwhile ends every process that reads on (SIGBUS).</summary>
    public long Bytes { get; }

    /// <summary>A part of the file.</summary>
    public ReadOnlyMemory<byte> Piece(long offset, int bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Bytes - bytes);
        return new Part(this, offset, bytes).Memory;
    }

    /// <summary>Unmaps the file.</summary>
    public void Dispose()
    {
        if (_start == null) return;
        _start = null;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private sealed class Part(MappedFile file, long offset, int bytes) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan()
        {
            ObjectDisposedException.ThrowIf(file._start == null, file);
            // SAFETY: Piece checked that offset and length lie in the file; the view stays mapped until Dispose clears the pointer.
            return new Span<byte>(file._start + offset, bytes);
        }

        public override MemoryHandle Pin(int elementIndex = 0)
        {
            ArgumentOutOfRangeException.ThrowIfGreaterThan((uint)elementIndex, (uint)bytes, nameof(elementIndex));
            ObjectDisposedException.ThrowIf(file._start == null, file);
            // SAFETY: mapped memory does not move; the element lies in the part.
            return new MemoryHandle(file._start + offset + elementIndex);
        }

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
