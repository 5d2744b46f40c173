using System.Text;
using Fast.Linux;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>A table of one BAR: which cases a file asks for. That they are what real kernels did is held where the counts are.</summary>
public sealed class BarTableScenarioTests
{
    [Test]
    public void The_built_in_table_has_every_profile_cold_and_warm_at_three_alignments()
    {
        Assert.That(BarTableScenario.TryRead(BuiltInScenarios.BytesOf("bar-32g"), "bar-32g", out var scenario, out var error), error);
        Assert.Multiple(() =>
        {
            Assert.That(scenario!.Cases, Has.Length.EqualTo(4 * 3 * 2));
            Assert.That(scenario.Cases.Select(each => each.Profile).Distinct(), Is.EqualTo(KernelProfiles.All));
            Assert.That(scenario.Cases.Select(each => each.Bytes), Is.All.EqualTo(32UL << 30));
            Assert.That(scenario.Cases.Take(6).Select(each => (each.VaSkew, each.Warm)), Is.EqualTo(new[] { (0UL, false), (0UL, true), (2UL << 20, false), (2UL << 20, true), (4096UL, false), (4096UL, true) }));
        });
    }

    [TestCase("\"32G\"", "\"32X\"", "size: '32X' has the unknown size suffix 'X'")]
    [TestCase("\"32G\"", "\"1P\"", "size: size 1P is more than a process can map")]
    [TestCase("\"7.2\"", "\"9.9\"", "hostKernels[3]: Linux 9.9 is not modelled")]
    [TestCase("\"2M\"", "\"1K\"", "vaSkews[1]: '1K' is not a multiple of 4K")]
    [TestCase("\"size\"", "\"sise\"", "'size' is missing")]
    public void What_is_wrong_with_a_file_is_said_with_line_and_field(string right, string wrong, string message)
    {
        var text = Encoding.UTF8.GetString(BuiltInScenarios.BytesOf("bar-32g")!).Replace(right, wrong, StringComparison.Ordinal);
        Assert.That(BarTableScenario.TryRead(Encoding.UTF8.GetBytes(text), "mine.json", out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("mine.json, line ").And.Contain(message));
    }
}
