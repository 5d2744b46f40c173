using System.Globalization;

namespace Fast.Tool.Run.Rebalance;

/// <summary>Draws the result of a scenario of rebalancing.</summary>
internal static class RebalanceText
{
    private const int MostMoves = 30;

    /// <summary>Writes it.</summary>
    public static void Write(RebalanceDocument document, Page page)
    {
        page.Strong(document.Title);
        foreach (var window in document.Windows) page.Line(Text(window));
        page.Line();
        foreach (var line in Verdict(document)) page.Line(line);
        if (!page.IsWide) WriteLetters(document, page);
        WriteRequests(document, page);
        WriteCosts(document, page);
        if (document.Histories == 1) WriteStory(document, page);
        else WriteFirstRefusals(document, page);
        page.Line();
        foreach (var host in document.Hosts) page.Line($"{host.Name}: {host.Basis}");
        page.Line($"Source: {document.Source}");
    }

    /// <summary>A window, in words.</summary>
    public static string Text(WindowView window) => string.Create(
        CultureInfo.InvariantCulture,
        $"Window '{window.Name}': {Numbers.Bytes(window.Bytes)} at 0x{window.Start:x}, {window.Ports switch { "each" => "each device behind a port of its own", "shared" => "all devices behind one port", _ => "devices on the root bus" }}; {Numbers.Count(window.Devices, "device")} at the first boot{string.Concat(window.Immovable.Select(each => $"; {each.Device} must stay: {each.Why}"))}");

    /// <summary>What somebody who reads nothing else should know: how bad it is to do nothing, and the cheapest way out.</summary>
    public static IEnumerable<string> Verdict(RebalanceDocument document)
    {
        static int Refused(StrategyView strategy) => strategy.Requests.RefusedFragmented + strategy.Requests.RefusedFull;
        var idle = document.Strategies.FirstOrDefault(strategy => strategy.Reactions.IsEmpty) ?? document.Strategies[0];
        if (Refused(idle) == 0)
        {
            yield return $"'{idle.Name}' gives every device a place.";
            yield break;
        }

        yield return $"'{idle.Name}' refuses {Numbers.Count(Refused(idle))} of {Numbers.Count(idle.Requests.All, "device")}, {Numbers.Count(idle.Requests.RefusedFragmented)} of them although enough is free in all.";
        var best = document.Strategies.Where(strategy => Refused(strategy) < Refused(idle)).OrderBy(Refused).ThenBy(strategy => strategy.Requests.Reduced).ThenBy(strategy => strategy.Hosts[0].Total.Seconds).FirstOrDefault();
        if (best is null)
        {
            yield return "No other strategy here refuses fewer.";
            yield break;
        }

        var more = string.Join(", ", best.Hosts.Select((host, at) => $"{Numbers.Seconds(Math.Max(0, host.Total.Seconds - idle.Hosts[at].Total.Seconds))} on {host.Name}"));
        yield return $"Fewest refusals, and the cheapest of those: '{best.Name}' refuses {Numbers.Count(Refused(best))}{(best.Requests.Reduced == 0 ? "" : $" (and serves {Numbers.Count(best.Requests.Reduced)} with less than their BARs)")}, moves {Mean(best.Moves, document.Histories)} {(best.Moves == document.Histories ? "device" : "devices")} and takes, {(document.Histories == 1 ? "in all" : "per history")}, this much longer: {more}.";
    }

    /// <summary>What was free when a device came that was refused.</summary>
    public static string Refusal(RequestView request) =>
        $"event {request.Event}: {request.Device} ({request.Type}) needs {Numbers.Bytes(request.Bytes)}; {Numbers.Bytes(request.FreeBytes)} are free in {Numbers.Count(request.FreePieces, "piece")}, the largest aligned one has {Numbers.Bytes(request.LargestAlignedBytes)}";

    private static void WriteRequests(RebalanceDocument document, Page page)
    {
        page.Heading($"What became of the devices that came, over {Numbers.Count(document.Histories, "history", "histories")}");
        List<(string Head, Func<StrategyView, string> Cell)> columns =
        [
            .. Names(document, page),
            ("fit", strategy => Numbers.Count(strategy.Requests.Fit)),
            ("by reaction", strategy => Numbers.Count(strategy.Requests.Reacted)),
        ];
        if (page.IsWide) columns.Insert(1, ("came", strategy => Numbers.Count(strategy.Requests.All)));
        if (document.Strategies.Any(strategy => strategy.Requests.Reduced > 0)) columns.Add(("smaller", strategy => Numbers.Count(strategy.Requests.Reduced)));
        columns.Add(("no piece", strategy => Numbers.Count(strategy.Requests.RefusedFragmented)));
        columns.Add(("full", strategy => Numbers.Count(strategy.Requests.RefusedFull)));
        if (document.Strategies.Any(strategy => strategy.Boots > 0)) columns.Add(("at boot", strategy => strategy.Boots == 0 ? "-" : $"+{Numbers.Count(strategy.Requests.ServedAtBoot)} -{Numbers.Count(strategy.Requests.LostAtBoot)}"));
        if (document.Histories > 1) columns.Add(("refusing", strategy => $"{strategy.FirstRefused.Histories} of {document.Histories}"));
        columns.Add(("first at event", First));
        Rows(page, columns, document);
        page.Line("no piece: refused although enough is free in all; full: refused because too little is free");
        if (document.Strategies.Any(strategy => strategy.Requests.Reduced > 0)) page.Line("smaller: got a place for less than all of its BARs");
        if (document.Strategies.Any(strategy => strategy.Boots > 0)) page.Line("at boot: refused ones that got a place at a boot, and devices that had one and lost it there");
    }

    private static string First(StrategyView strategy)
    {
        var first = strategy.FirstRefused;
        if (first.Histories == 0) return "never";
        return first.Histories == 1 ? Numbers.Count(first.EarliestEvent!.Value) : string.Create(CultureInfo.InvariantCulture, $"{first.MedianEvent:0.#} ({first.EarliestEvent} to {first.LatestEvent})");
    }

    private static void WriteCosts(RebalanceDocument document, Page page)
    {
        page.Heading(document.Histories == 1 ? "What it costs: maps, unmaps and drivers" : "What a history costs, in the mean: maps, unmaps and drivers");
        List<(string Head, Func<StrategyView, string> Cell)> columns =
        [
            .. Names(document, page),
            ("moved", strategy => Mean(strategy.Moves, document.Histories)),
            ("decode off", strategy => Mean(strategy.Toggles, document.Histories)),
        ];
        if (page.IsWide) columns.Add(("bytes moved", strategy => Numbers.Bytes(strategy.MovedBytes / (ulong)document.Histories)));
        if (page.IsWide && document.Strategies.Any(strategy => strategy.RedonePeers > 0)) columns.Add(("peers redone", strategy => Mean(strategy.RedonePeers, document.Histories)));
        for (var at = 0; at < document.Hosts.Length; at++)
        {
            var host = at;
            columns.Add((document.Hosts[at].Name, strategy => Numbers.Seconds(strategy.Hosts[host].Total.Seconds)));
            if (page.IsWide) columns.Add(("longest away", strategy => strategy.Hosts[host].LongestAwaySeconds == 0 ? "-" : Numbers.Seconds(strategy.Hosts[host].LongestAwaySeconds)));
        }

        Rows(page, columns, document);
        page.Line("decode off: how often a device was switched off and on; what coming and going costs by itself is in every row");
    }

    /// <summary>Where there is no room for the names of strategies beside their figures, letters stand for them.</summary>
    private static void WriteLetters(RebalanceDocument document, Page page)
    {
        page.Heading("Strategies");
        foreach (var strategy in document.Strategies) page.Line($"{LetterOf(strategy, document)}  {strategy.Name}");
    }

    private static (string Head, Func<StrategyView, string> Cell)[] Names(RebalanceDocument document, Page page) =>
        page.IsWide ? [("strategy", strategy => strategy.Name)] : [("", strategy => LetterOf(strategy, document))];

    private static string LetterOf(StrategyView strategy, RebalanceDocument document) => ((char)('A' + document.Strategies.IndexOf(strategy))).ToString();

    private static void Rows(Page page, List<(string Head, Func<StrategyView, string> Cell)> columns, RebalanceDocument document) => page.Rows(
        [.. columns.Select(column => column.Head)],
        document.Strategies.Select(strategy => (IReadOnlyList<string>)[.. columns.Select(column => column.Cell(strategy))]));

    private static string Mean(int sum, int histories) => histories == 1 ? Numbers.Count(sum) : ((double)sum / histories).ToString("#,0.##", CultureInfo.InvariantCulture);

    /// <summary>Of each strategy the first refusal that is due to fragments alone; strategies that refuse the same are named together.</summary>
    private static void WriteFirstRefusals(RebalanceDocument document, Page page)
    {
        var refused = document.Strategies.Select(strategy => (strategy.Name, First: strategy.FirstHistory.FirstOrDefault(request => request.End == "refusedFragmented")))
            .Where(each => each.First is not null).GroupBy(each => Refusal(each.First!)).ToList();
        if (refused.Count == 0) return;
        page.Heading("The first history: what was free when a device was refused first although enough is free in all");
        foreach (var same in refused) page.Line($"{string.Join("; ", same.Select(each => each.Name))}: {same.Key}");
    }

    private static void WriteStory(RebalanceDocument document, Page page)
    {
        page.Heading("Device by device");
        page.Rows(
            ["strategy", "device", "what became of it", "BARs", "got", "devices moved"],
            document.Strategies.SelectMany(strategy => strategy.FirstHistory.Select(request => (IReadOnlyList<string>)
            [
                strategy.Name,
                request.Device,
                Fate(request, strategy),
                Numbers.Bytes(request.BarBytes),
                IsRefused(request) ? "-" : Numbers.Bytes(request.GotBytes),
                Numbers.Count(request.Moved),
            ])),
            textColumns: 3);
        var moves = document.Strategies.SelectMany(strategy => strategy.FirstHistory.SelectMany(request => request.Moves.Select(move => (strategy.Name, request.Event, Move: move)))).ToList();
        if (moves.Count == 0) return;
        page.Heading("What was moved");
        page.Rows(
            ["strategy", "device", "from", "to", "bytes", "at event"],
            moves.Take(MostMoves).Select(each => (IReadOnlyList<string>)
            [
                each.Name, each.Move.Device, $"0x{each.Move.From:x}", $"0x{each.Move.To:x}", Numbers.Bytes(each.Move.Bytes), Numbers.Count(each.Event),
            ]),
            textColumns: 2);
        if (moves.Count > MostMoves) page.Line($"and {Numbers.Count(moves.Count - MostMoves)} more; --json has them all");
    }

    private static string Fate(RequestView request, StrategyView strategy) => request.End switch
    {
        "fits" => request.Moved > 0 ? "everything is placed anew" : "fits",
        "reacted" => request.Reaction!,
        _ => $"refused: {Numbers.Bytes(request.FreeBytes)} are free, the largest aligned piece has {Numbers.Bytes(request.LargestAlignedBytes)}{(strategy.Requests.ServedAtBoot > 0 ? "; has its place after a boot" : "")}",
    };

    private static bool IsRefused(RequestView request) => request.End.StartsWith("refused", StringComparison.Ordinal);
}
