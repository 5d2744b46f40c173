namespace Fast.Host;

/// <summary>An open descriptor, closed once.</summary>
internal sealed class HostDescriptor(IHostCalls calls, int number) : IDisposable
{
    private bool _isClosed;

    /// <summary>The kernel's number for it.</summary>
    public int Number => _isClosed ? throw new ObjectDisposedException(nameof(HostDescriptor)) : number;

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_isClosed) return;
        _isClosed = true;
        calls.Close(number);
    }
}
