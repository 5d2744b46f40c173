using System.Diagnostics;
using Fast.Machines;

namespace Fast.Tests;

public sealed class RebalanceRunTests
{
    [TestCase("nvme-25")]
    [TestCase("gpu-newcomer")]
    [TestCase("gpu-ports")]
    [TestCase("dock")]
    public void Scratch(string name)
    {
        Assert.That(RebalanceScenario.TryRead(BuiltInScenarios.BytesOf(name)!, name, out var scenario, out var error), error);
        foreach (var strategy in scenario!.Strategies)
        {
            var watch = Stopwatch.StartNew();
            var outcomes = Enumerable.Range(0, scenario.Random?.Count ?? 1).Select(n => RebalanceExecution.Run(scenario, strategy, scenario.Random is { } r ? new HistoryGenerator(scenario, r).Draw(n) : scenario.History, scenario.Hosts[0].GuestKernel, null)).ToList();
            TestContext.Out.WriteLine($"{strategy.Name,-40} first {outcomes.Average(o => o.FirstRefused?.Event ?? 99):0.0} frag {outcomes.Sum(o => o.Requests.Count(r => r.End == RequestEnd.RefusedFragmented))} full {outcomes.Sum(o => o.Requests.Count(r => r.End == RequestEnd.RefusedFull))} of {outcomes.Sum(o => o.Requests.Length)} reacted {outcomes.Sum(o => o.Requests.Count(r => r.End == RequestEnd.Reacted))} moves {outcomes.Sum(o => o.Moves)} waits {outcomes.Sum(o => o.Waits)} peers {outcomes.Sum(o => o.RedonePeers)} toggles {outcomes.Sum(o => o.Toggles)} writes {outcomes.Sum(o => o.ConfigWrites)} boot {outcomes.Sum(o => o.ServedAtBoot)}-{outcomes.Sum(o => o.LostAtBoot)} ms {watch.ElapsedMilliseconds}");
            Assert.That(outcomes.SelectMany(o => o.Violations).Take(3), Is.Empty);
        }
    }
}
