using Fast.Machines;
using FsCheck;
using FsCheck.Fluent;

namespace Fast.Tests;

/// <summary>After each config write of any history every rule holds, and after each operation what the machine believes is what its registers show; and a machine that breaks one on purpose is noticed, by a script short enough to be read.</summary>
public sealed class RebalanceGuardTests
{
    private const int LongestReadable = 8;

    private static Config Seeded(int cases) => Config.QuickThrowOnFailure.WithQuietOnSuccess(true).WithMaxTest(cases).WithReplay(20261127, 4243);

    [Test]
    public void Every_rule_holds_after_every_write_of_random_histories() => Hold(250);

    /// <summary>The same for longer: <c>dotnet test --filter FullyQualifiedName~RebalanceGuardTests.For_twenty_thousand</c>.</summary>
    [Test]
    [Explicit("half an hour")]
    public void For_twenty_thousand_histories_too() => Hold(20_000);

    [Test]
    public void What_breaks_a_rule_is_noticed_and_the_script_is_short([Values] GuardRule rule)
    {
        var shortest = default(RebalanceScript);
        var property = Prop.ForAll(RebalanceScript.All, script =>
        {
            var broken = script.Run(BrokenParts.Of(rule)).Violations.Any(violation => violation.Rule == rule);
            if (broken) shortest = script;
            return !broken;
        });
        Assert.That(() => property.Check(Seeded(400)), Throws.Exception, "nothing was noticed");
        var found = shortest!.Run(BrokenParts.Of(rule)).Violations.First(violation => violation.Rule == rule);
        TestContext.Out.WriteLine($"{shortest}\n{found}");
        Assert.That(shortest.Moves, Has.Length.LessThanOrEqualTo(LongestReadable), shortest.ToString());
        Assert.That(shortest.Run().Violations, Is.Empty, "the same script, done right");
    }

    [Test]
    public void A_write_that_a_hypervisor_ignores_is_noticed()
    {
        var lost = default(RebalanceScript);
        var property = Prop.ForAll(RebalanceScript.All, script =>
        {
            if (!script.IsHyperV) return true;
            if (!script.Run(BrokenParts.Of(GuardRule.NoHalfWrittenBar)).Violations.Any(violation => violation.What.EndsWith("so the write was lost", StringComparison.Ordinal))) return true;
            lost = script;
            return false;
        });
        Assert.That(() => property.Check(Seeded(400)), Throws.Exception);
        Assert.That(lost!.Run().Violations, Is.Empty);
    }

    private static void Hold(int cases) => Prop.ForAll(RebalanceScript.All, script =>
    {
        var machine = new RebalanceMachine(script.Machine, script.Strategy, RebalanceRig.Guest, script.Prepopulate);
        foreach (var operation in script.History().SelectMany(each => each.Operations))
        {
            if (operation.Kind == OperationKind.Add) machine.Add(operation, 0);
            else if (operation.Kind == OperationKind.Remove) machine.Remove(operation.Device);
            else machine.Boot();
            Assert.That(machine.Guard.Violations, Is.Empty, operation.ToString());
            Assert.That(Believed(machine), Is.EquivalentTo(machine.Pci.Visible.Where(mapping => !mapping.Bar.Function.IsBridge).Select(mapping => (mapping.Bar, mapping.Range))), operation.ToString());
        }
    }).Check(Seeded(cases));

    /// <summary>Where the machine believes its BARs are; behind a port of its own, what the port's window lets through.</summary>
    private static IEnumerable<(BarRegister, BusRange)> Believed(RebalanceMachine machine) =>
        from device in machine.Devices
        from block in device.Placed
        from bar in block.Bars
        let whole = BusRange.Of(bar.Address, bar.Bar.Bytes)
        select (bar.Bar, device.Port is null ? whole : whole.Intersect(block.Range)!.Value);
}
