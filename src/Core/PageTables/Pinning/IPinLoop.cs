namespace Fast.PageTables;

/// <summary>A fused pin loop for one pair of formats. Implemented by emitted code: see <see cref="BatchPinAttribute"/>.</summary>
/// <typeparam name="TSource">The format that is read.</typeparam>
/// <typeparam name="TDestination">The format that is written.</typeparam>
public interface IPinLoop<TSource, TDestination>
    where TSource : struct
    where TDestination : struct
{
    /// <summary>Reads runs of the request's source and writes them into its destination until something stops it.</summary>
    static abstract PinStatus Pin<TScan>(ref PinRequest request)
        where TScan : struct, IRunScanner;
}
