using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>Putting what one table translates into another: the heart of a DMA map.</summary>
public static class PageTablePins
{
    // A whole last-level table of single-page runs and one more: then a vector scanner never lacks room.
    private const int BatchRuns = 1024;

    /// <summary>
    /// Reads <paramref name="sourceRange"/> of <paramref name="source"/> as runs and maps them in <paramref name="destination"/> from
    /// <paramref name="destinationStart"/> on, with the largest leaves. No lookup is thrown away and nothing is done per page.
    /// </summary>
    /// <typeparam name="TPair">The pair's <c>[BatchPin]</c> struct.</typeparam>
    /// <typeparam name="TSource">The format that is read.</typeparam>
    /// <typeparam name="TDestination">The format that is written.</typeparam>
    /// <returns>How far it came: a hole or a missing permission ends it, and the caller may fault the page in and go on from there.</returns>
    /// <exception cref="ArgumentException">A range is not aligned to 4 KiB, or is not one of its format's.</exception>
    [SkipLocalsInit]
    public static PinReport Pin<TPair, TSource, TDestination>(
        PageTable<TSource> source, IovaRange sourceRange, PageTable<TDestination> destination, Iova destinationStart, Permissions permissions)
        where TPair : struct, IPinLoop<TSource, TDestination>
        where TSource : struct, IRunFormat
        where TDestination : struct, IMapFormat
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(destination);
        RangeChecks.Require(TSource.Facts, sourceRange, nameof(sourceRange));
        RangeChecks.Require(TDestination.Facts, IovaRange.Of(destinationStart, sourceRange.Bytes), nameof(destinationStart));
        var destinationLast = IovaRange.Of(destinationStart, sourceRange.Bytes).Last.Value;
        if (TDestination.GrowRoot(destination.Arena, ref destination.RootSlot, destinationLast) is var grown and not MapStatus.Done)
            return new PinReport(PinStatus.MapFailed, sourceRange.Start, 0, 0, default, default, grown);
        Span<Run> batch = stackalloc Run[BatchRuns];
        var request = new PinRequest
        {
            Source = source.Arena.Memory,
            SourceRoot = source.RootWord,
            Input = sourceRange.Start.Value,
            Last = sourceRange.Last.Value,
            DestinationArena = destination.Arena,
            DestinationRoot = destination.RootWord,
            Invalidation = destination.Invalidation,
            Shift = unchecked(destinationStart.Value - sourceRange.Start.Value),
            Permissions = permissions,
            Batch = batch,
        };
        var status = Pin<TPair, TSource, TDestination>(source.Scan, ref request);
        if (request.HalfWritten is { } half) destination.Unmap(half);
        var pages = status == PinStatus.Done ? sourceRange.Pages : (request.Input - sourceRange.Start.Value) >> Pfn.Shift;
        var at = status == PinStatus.Done ? sourceRange.Last + 1 : new Iova(request.Input);
        GC.KeepAlive(source.Arena);
        return new PinReport(status, at, pages, request.Runs, request.LeavesRead, request.LeavesWritten, request.Map);
    }

    private static PinStatus Pin<TPair, TSource, TDestination>(ScanVariant scan, ref PinRequest request)
        where TPair : struct, IPinLoop<TSource, TDestination>
        where TSource : struct, IRunFormat
        where TDestination : struct, IMapFormat
    {
        // What the source's project did not ask for is a constant false: not compiled.
        if (TSource.WidestScan >= ScanVariant.Vector512 && scan >= ScanVariant.Vector512) return TPair.Pin<RunScannerVector512BreakMask>(ref request);
        if (TSource.WidestScan >= ScanVariant.Vector256 && scan >= ScanVariant.Vector256) return TPair.Pin<RunScannerVector256BreakMask>(ref request);
        if (TSource.WidestScan >= ScanVariant.Vector128 && scan >= ScanVariant.Vector128) return TPair.Pin<RunScannerVector128BreakMask>(ref request);
        return TPair.Pin<RunScannerScalar>(ref request);
    }
}
