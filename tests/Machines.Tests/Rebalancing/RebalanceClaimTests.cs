using System.Text;
using Fast.Machines;
using static Fast.Tests.RebalanceRig;

namespace Fast.Tests;

/// <summary>What the built-in scenarios are there to show; where a host's kernel is executed, with BARs of 1 and 2 GiB instead of 128 and 256.</summary>
public sealed class RebalanceClaimTests
{
    private static readonly BarCaseCache Cases = new();

    private static Dictionary<string, StrategyResult> Run(string name, params (string From, string To)[] changes)
    {
        var text = Encoding.UTF8.GetString(BuiltInScenarios.BytesOf(name)!);
        foreach (var (from, to) in changes)
        {
            Assert.That(text, Does.Contain(from));
            text = text.Replace(from, to, StringComparison.Ordinal);
        }

        Assert.That(RebalanceScenario.TryRead(Encoding.UTF8.GetBytes(text), name, out var scenario, out var error), error);
        return new RebalanceRunner(Knowledge.Default, Cases).Run(scenario!).Strategies.ToDictionary(strategy => strategy.Strategy.Name);
    }

    [Test]
    public void Twenty_five_controllers_are_refused_although_enough_is_free_and_one_move_mends_it()
    {
        var results = Run("nvme-25", ("\"histories\": 40", "\"histories\": 6"));
        int Sum(string strategy, Func<RebalanceOutcome, int> count) => results[strategy].Histories.Sum(history => count(history.Outcome));
        int Refused(string strategy, RequestEnd end) => Sum(strategy, outcome => outcome.Requests.Count(request => request.End == end));
        Assert.Multiple(() =>
        {
            foreach (var policy in new[] { "first-fit", "best-fit", "buddy", "tight-fit" })
            {
                Assert.That(results[policy].Histories.Count(history => history.Outcome.FirstRefused is { End: RequestEnd.RefusedFragmented } first && first.Free.Total >= first.Bytes && first.Free.LargestAligned < first.Bytes), Is.GreaterThan(3), policy);
                Assert.That(Sum(policy, outcome => outcome.Moves), Is.Zero, policy);
            }

            foreach (var strategy in new[] { "first-fit, move-one", "first-fit, compact", "largest-first-repack" }) Assert.That(Refused(strategy, RequestEnd.RefusedFragmented), Is.Zero, strategy);
            Assert.That(Sum("first-fit, compact", outcome => outcome.Moves), Is.GreaterThan(3 * Sum("first-fit, move-one", outcome => outcome.Moves)));
            Assert.That(Sum("largest-first-repack", outcome => outcome.Moves), Is.GreaterThan(3 * Sum("first-fit, compact", outcome => outcome.Moves)));
            Assert.That(Sum("first-fit, move-one", outcome => outcome.Toggles), Is.EqualTo(Sum("first-fit, move-one", outcome => outcome.Moves)), "one toggle for each move");
            Assert.That(Sum("first-fit, at-boot", outcome => outcome.ServedAtBoot), Is.Positive);
        });
    }

    [Test]
    public void A_newcomer_of_256_gib_finds_256_gib_free_in_two_pieces()
    {
        // On Hyper-V alone nothing is executed on tables, so the sizes are the real ones.
        const string Kvm = """
            { "name": "KVM, host 6.12", "bus": "kvm", "hostKernel": "6.12", "guestKernel": "6.12" },
                { "name": "KVM, host 7.3", "bus": "kvm", "hostKernel": "7.3", "guestKernel": "6.12" },
            """;
        var results = Run("gpu-newcomer", (Kvm, ""));
        RequestOutcome Request(string strategy) => results[strategy].Histories[0].Outcome.Requests.Single();
        HostCost Cost(string strategy) => results[strategy].Histories[0].Costs[0];
        RebalanceOutcome Outcome(string strategy) => results[strategy].Histories[0].Outcome;
        Assert.Multiple(() =>
        {
            Assert.That((Request("first-fit").End, Request("first-fit").Free), Is.EqualTo((RequestEnd.RefusedFragmented, new FreeSpace(256 * G, 128 * G, 128 * G, 2))));
            Assert.That((Request("first-fit, resize").Got, Request("first-fit, resize").IsReduced), Is.EqualTo((128 * G, true)));
            Assert.That((Request("first-fit, move-one").Got, Request("first-fit, move-one").Moved), Is.EqualTo((256 * G, 1)));
            Assert.That((Request("first-fit, compact").Got, Request("first-fit, compact").Moved), Is.EqualTo((256 * G, 3)));
            Assert.That((Outcome("first-fit, at-boot").Boots, Outcome("first-fit, at-boot").ServedAtBoot), Is.EqualTo((1, 1)));

            // The thread's 1.8 s for 128 GiB: the move, and the newcomer's 256 GiB; stop and start of a driver, 3 s. The moved GPU is away for all of its own.
            Assert.That(Cost("first-fit, move-one").Time.Sum.Center, Is.EqualTo(1.8 + 3.6).Within(1e-9));
            Assert.That(Cost("first-fit, move-one").Sum.Center, Is.EqualTo(1.8 + 3.6 + 3).Within(1e-9));
            Assert.That(Cost("first-fit, move-one").LongestAwaySeconds, Is.EqualTo(1 + 1.8 + 2).Within(1e-9));
            Assert.That(Cost("first-fit, compact").Sum.Center, Is.EqualTo((3 * (1.8 + 3)) + 3.6).Within(1e-9));
            Assert.That(Cost("first-fit, resize").Sum.Center, Is.EqualTo(1.8).Within(1e-9));
            Assert.That(Cost("first-fit, at-boot").Boots.Sum.Center, Is.EqualTo((6 * 1.8) + 3.6).Within(1e-9), "each GPU once, and the newcomer");
            Assert.That(Outcome("first-fit, move-one").RedonePeers, Is.EqualTo(5), "five others reach the one that moved");
        });
    }

    [Test]
    public void The_hosts_kernel_changes_what_a_move_costs_and_no_event()
    {
        var results = Run("gpu-newcomer", ("128G\"]", "1G\"]"), ("256G\"]", "2G\"]"), ("\"64G\", \"128G\"", "\"512M\", \"1G\""), ("\"size\": \"1T\"", "\"size\": \"8G\""), ("\"quiesceSeconds\": 1, \"restartSeconds\": 2, ", ""));
        var costs = results["first-fit, move-one"].Histories[0].Costs;
        Assert.Multiple(() =>
        {
            Assert.That(costs.Select(cost => cost.Maps), Is.All.EqualTo(2), "the one that moves, and the newcomer");
            Assert.That(costs[0].Time.Map.Center, Is.GreaterThan(1000 * costs[1].Time.Map.Center), "the mask");
            Assert.That(costs[0].Time.Unmap.Center, Is.Positive.And.LessThan(costs[0].Time.Map.Center));
            Assert.That(costs[1].Time.Unmap.Center, Is.GreaterThan(costs[1].Time.Map.Center), "what remains");
        });
    }

    [Test]
    public void Behind_ports_the_newer_window_is_tighter_and_a_part_can_be_let_through()
    {
        var scenario = BuiltIn("gpu-ports");
        var histories = Enumerable.Range(0, 4).Select(new HistoryGenerator(scenario, scenario.Random!).Draw).ToList();
        int Refused(string name) => histories.Sum(history => RebalanceExecution.Run(scenario, scenario.Strategies.First(strategy => strategy.Name == name), history, Guest, null).Requests.Count(request => request.IsRefused));
        Assert.That(Refused("tight-fit"), Is.LessThan(Refused("first-fit")));
        Assert.That(Refused("tight-fit, partial-bar"), Is.LessThan(Refused("tight-fit")));
        Assert.That(Refused("tight-fit, resize"), Is.LessThan(Refused("tight-fit, partial-bar")));
    }

    [Test]
    public void A_history_is_the_same_on_every_machine_and_release()
    {
        var scenario = BuiltIn("nvme-25");
        var history = new HistoryGenerator(scenario, scenario.Random!).Draw(0);
        Assert.That(string.Join("; ", history.Take(2).Select(each => each.Text)), Is.EqualTo("replace a-4 by a nvme-128k; replace b-10 by a nvme-128k"));
    }
}
