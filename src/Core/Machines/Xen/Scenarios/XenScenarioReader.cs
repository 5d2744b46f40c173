using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>Reads the document of a scenario file about Xen, field by field.</summary>
internal static class XenScenarioReader
{
    private const double FastestRate = 1e6;
    private const ulong LargestBar = 1UL << 42;

    /// <summary>Reads it.</summary>
    /// <exception cref="KnowledgeFault">Something is not as it must be.</exception>
    public static XenScenario Read(JsonPart root)
    {
        var head = ScenarioHead.Read(root, XenScenario.Machine);
        var settings = Settings(root.Find("settings"), new XenSettings());
        var scenario = new XenScenario
        {
            Title = head.Title,
            Source = head.Source,
            Runs = [.. (root.Find("runs")?.Items() ?? []).Select(part => Run(part, settings))],
            Rates = [.. (root.Find("rates")?.Items() ?? []).Select(Rate)],
            BarMaps = [.. (root.Find("barMaps")?.Items() ?? []).Select(BarMap)],
        };
        root.Done();
        if (scenario.Runs.IsEmpty && scenario.BarMaps.IsEmpty) throw root.Fault("there is nothing to run: give 'runs', 'barMaps' or both");
        if (scenario.Runs.IsEmpty && !scenario.Rates.IsEmpty) throw root.Fault("'rates' repeats runs, and there are none");
        return scenario;
    }

    private static double Rate(JsonPart part) => part.Number(0) is var rate && rate <= FastestRate ? rate : throw part.Fault(FormattableString.Invariant($"at most {FastestRate}"));

    private static XenScenarioRun Run(JsonPart part, XenSettings defaults)
    {
        var strategyPart = part.Take("strategy");
        var strategy = Strategy.Find(strategyPart.Word([.. Strategy.All.Select(each => each.Id)]))!;
        var settingsPart = part.Find("settings");
        var run = new XenScenarioRun(part.Take("name").Text(), strategy, Settings(settingsPart, defaults));
        part.Done();
        if (BlobMachine.ProblemOf(run.Settings, strategy) is { } problem) throw strategyPart.Fault(problem);
        return run;
    }

    private static XenSettings Settings(JsonPart? part, XenSettings settings)
    {
        if (part is null) return settings;
        foreach (var setting in XenSetting.All)
        {
            if (part.Find(setting.Name) is { } value) settings = setting.Read(settings, value);
        }

        part.Done();
        if (settings.SmallestBytes > settings.LargestBytes) throw part.Fault($"the smallest buffer, {BinarySize.Format(settings.SmallestBytes)}, is larger than the largest, {BinarySize.Format(settings.LargestBytes)}");
        if (!ulong.IsPow2(settings.AlignmentBytes)) throw part.Fault($"an alignment is a power of two, and {BinarySize.Format(settings.AlignmentBytes)} is none");
        if (settings.LargestBytes > Math.Min(settings.Dom0Bytes, settings.GuestBytes) / 4) throw part.Fault($"a buffer of {BinarySize.Format(settings.LargestBytes)} is more than a quarter of a domain's memory");
        return settings;
    }

    private static BarMapRun BarMap(JsonPart part)
    {
        var bytes = part.Take("bytes");
        var size = bytes.Size();
        if (!ulong.IsPow2(size) || size < PageSize.Size4K.Bytes || size > LargestBar) throw bytes.Fault($"a BAR is a power of two from 4K to {BinarySize.Format(LargestBar)}, and {BinarySize.Format(size)} is none");
        var largest = part.Take("largest").Word("4K", "2M", "1G") switch { "4K" => PageSize.Size4K, "2M" => PageSize.Size2M, _ => PageSize.Size1G };
        var map = new BarMapRun(part.Take("name").Text(), size, largest);
        part.Done();
        return map;
    }
}
