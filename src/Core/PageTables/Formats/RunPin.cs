namespace Fast.PageTables;

/// <summary>
/// The plain pin loop, for any two formats: read runs, map each. It stands for pairs that nobody asked for by <see cref="BatchPinAttribute"/>, and is the twin
/// that the emitted loops are compared with.
/// </summary>
/// <typeparam name="TSource">The format that is read.</typeparam>
/// <typeparam name="TDestination">The format that is written.</typeparam>
public readonly struct RunPin<TSource, TDestination> : IPinLoop<TSource, TDestination>
    where TSource : struct, IRunFormat
    where TDestination : struct, IMapFormat
{
    static PinStatus IPinLoop<TSource, TDestination>.Pin<TScan>(ref PinRequest request)
    {
        while (true)
        {
            var writer = new RunWriter(request.Batch);
            var isRead = TSource.ReadRuns<TScan, ArenaMemory>(request.Source, request.SourceRoot, request.Input, request.Last, ref writer, out _);
            request.LeavesRead.Add(writer.Leaves);
            foreach (ref readonly var run in request.Batch[..writer.Count])
            {
                if (run.Start.Value != request.Input) return PinStatus.Hole;
                if ((run.Permissions & request.Permissions) != request.Permissions) return PinStatus.NotPermitted;
                var map = request.MapOf(run);
                var status = RangeChecks.FitsOutput(TDestination.Facts, run.Pfn, run.Pages)
                    ? TDestination.MapRange(ref map, request.DestinationRoot)
                    : MapStatus.BadOutput;
                if (status != MapStatus.Done) return request.Failed(status, map);
                if (request.Took(run, map.Leaves)) return PinStatus.Done;
            }

            if (isRead) return PinStatus.Hole;
        }
    }
}
