using System.Runtime.CompilerServices;

namespace Fast.Linux;

/// <summary>
/// Where Linux offers the CPU to others (<c>cond_resched</c>), a long operation of the model looks whether it should stop and tells how far it is;
/// not at each step but at each <see cref="Interval"/>th.
/// </summary>
/// <param name="report">Called with the number of steps so far, or <see langword="null"/>.</param>
/// <param name="cancellation">Stops the operation with an <see cref="OperationCanceledException"/>; its container is of no use afterwards.</param>
public sealed class CondResched(Action<long>? report, CancellationToken cancellation)
{
    /// <summary>Steps between two looks.</summary>
    public const int Interval = 1 << 16;

    private long _steps;

    /// <summary>Never stops and tells nobody.</summary>
    public static CondResched Never => new(null, CancellationToken.None);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Step()
    {
        if ((++_steps & (Interval - 1)) == 0) Look();
    }

    internal void Look()
    {
        cancellation.ThrowIfCancellationRequested();
        report?.Invoke(_steps);
    }
}
