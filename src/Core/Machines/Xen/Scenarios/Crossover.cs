using System.Collections.Immutable;

namespace Fast.Machines.Xen;

/// <summary>Where a strategy begins to lose against another as buffers move more often. Costs: <see cref="XenRunResult.CostSeconds"/>.</summary>
/// <param name="First">The run that loses or wins: the first of the scenario.</param>
/// <param name="Other">The run that it is compared with.</param>
/// <param name="FirstWinsAtLowest">Whether it is the cheaper one at the lowest rate.</param>
/// <param name="Rate">Moves per second at which that changes, on the straight line between two rates that were run; <see langword="null"/> where it never does.</param>
public sealed record Crossover(string First, string Other, bool FirstWinsAtLowest, double? Rate)
{
    /// <summary>Compares the first run of a result with each other one; nothing without rates.</summary>
    public static ImmutableArray<Crossover> Of(XenScenarioResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        if (result.Scenario.Rates.Length < 2) return [];
        var curves = result.Scenario.Runs.Select(run => (run.Name, Costs: CurveOf(result, run.Name))).ToList();
        return [.. curves.Skip(1).Select(other => Between(curves[0].Name, curves[0].Costs, other.Name, other.Costs))];
    }

    private static List<(double Rate, double Cost)> CurveOf(XenScenarioResult result, string name) =>
        [.. result.Runs.Where(each => each.Run.Name == name).Select(each => (each.Run.Settings.MigrationsPerSecond, each.Result.CostSeconds)).OrderBy(each => each.MigrationsPerSecond)];

    private static Crossover Between(string first, List<(double Rate, double Cost)> one, string other, List<(double Rate, double Cost)> two)
    {
        var apart = one.Zip(two, (left, right) => (left.Rate, Gap: left.Cost - right.Cost)).ToList();
        for (var i = 1; i < apart.Count; i++)
        {
            var (before, after) = (apart[i - 1], apart[i]);
            if (before.Gap < 0 == after.Gap < 0) continue;
            var rate = before.Rate + ((after.Rate - before.Rate) * (before.Gap / (before.Gap - after.Gap)));
            return new Crossover(first, other, apart[0].Gap < 0, rate);
        }

        return new Crossover(first, other, apart[0].Gap < 0, null);
    }
}
