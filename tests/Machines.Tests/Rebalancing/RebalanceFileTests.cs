using System.Text;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>What is wrong with a file is said with its line and field.</summary>
public sealed class RebalanceFileTests
{
    [TestCase("gpu-newcomer", "\"size\": \"1T\"", "\"size\": \"512G\"", "line 11: devices[0]: 4 of 8 devices do not fit the window 'bus' of 512G at the first boot")]
    [TestCase("gpu-newcomer", "\"base\": \"1T\"", "\"base\": \"1G\"", "line 6: windows[0].base: 1G is not from 4G to below 4P")]
    [TestCase("gpu-newcomer", "\"slots\": 8", "\"slots\": 7", "devices[0]: 8 devices for the 7 slots")]
    [TestCase("gpu-newcomer", "{ \"remove\": \"gpu-5\" }", "{ \"remove\": \"gpu-2\" }", "line 25: history[1].remove: there is no device 'gpu-2' at that time")]
    [TestCase("gpu-newcomer", "{ \"remove\": \"gpu-5\" }", "{ \"retire\": \"gpu-5\" }", "history[1]: an event is one of add, remove, replace, dock, undock, boot")]
    [TestCase("gpu-newcomer", "\"type\": \"gpu-256g\" }]", "\"type\": \"gpu-512g\" }]", "history[2].type: there is no type 'gpu-512g'; there are gpu-128g, gpu-256g")]
    [TestCase("gpu-newcomer", "\"policy\": \"first-fit\", \"reactions\": [\"resize\"]", "\"policy\": \"worst-fit\", \"reactions\": [\"resize\"]", "strategies[1].policy: 'worst-fit' is not one of first-fit, best-fit, buddy, tight-fit, largest-first-repack")]
    [TestCase("gpu-newcomer", "[\"resize\"]", "[\"at-boot\", \"resize\"]", "strategies[1]: 'at-boot' is what is left when nothing else helps; write it last")]
    [TestCase("gpu-newcomer", "\"policy\": \"first-fit\" }", "\"policy\": \"first-fit\", \"reactions\": [\"compact\"] }", "two are called 'first-fit, compact'")]
    [TestCase("gpu-newcomer", "[\"64G\", \"128G\", \"256G\"]", "[\"64G\", \"128G\"]", "types[1].resizable: the size that the BAR has, 256G, is not among them")]
    [TestCase("gpu-newcomer", "\"bars\": [\"256G\"]", "\"bars\": [\"192G\"]", "types[1].bars[0]: 192G is not a power of two from 4K to 128T")]
    [TestCase("gpu-newcomer", "\"gpu-128g\", \"gpu-256g\"] },", "\"gpu\"] },", "types[0].peers[0]: there is no type 'gpu'")]
    [TestCase("gpu-newcomer", "\"flip\"", "\"flap\"", "hosts[2]: 'flip' is missing")]
    [TestCase("gpu-newcomer", "\"slots\": 8", "\"slots\": 8, \"ports\": \"each\"", "hosts: a guest of Hyper-V has no ports, and the window 'bus' has")]
    [TestCase("gpu-newcomer", "\"history\":", "\"histories\":", "there must be either a 'history' or 'random' ones")]
    [TestCase("gpu-newcomer", "[\"compact\"]", "[\"partial-bar\"]", "line 12: strategies: 'partial-bar' needs a window with \"ports\": \"each\" and a type with \"leastPart\"")]
    [TestCase("gpu-newcomer", "\"resizable\": [\"64G\", \"128G\", \"256G\"], ", "", "strategies: 'resize' needs a type with \"resizable\"")]
    [TestCase("nvme-25", "\"replace\": \"nvme-64k\"", "\"replace\": \"nvme-boot\"", "random.actions[0].replace: 'nvme-boot' must stay: the guest boots from it")]
    [TestCase("nvme-25", "\"histories\": 40", "\"histories\": 0", "random.histories: 0 is not a whole number from 1 to 1000")]
    [TestCase("nvme-25", "\"immovable\": \"the guest boots from it\"", "\"unmovable\": true", "types[2]: 'unmovable' is not a field here")]
    public void What_is_wrong_with_a_file_is_said_with_line_and_field(string name, string right, string wrong, string message)
    {
        var text = Encoding.UTF8.GetString(BuiltInScenarios.BytesOf(name)!);
        Assert.That(text, Does.Contain(right));
        var at = text.IndexOf(right, StringComparison.Ordinal);
        text = text[..at] + wrong + text[(at + right.Length)..];
        Assert.That(RebalanceScenario.TryRead(Encoding.UTF8.GetBytes(text), "mine.json", out _, out var error), Is.False);
        Assert.That(error, Does.StartWith("mine.json, line ").And.Contain(message).And.EndWith("see fast.scenario-1.schema.json"));
    }

    [Test]
    public void Every_event_can_be_written_down()
    {
        const string Text = """
            {
              "schema": "fast.scenario/1", "title": "t", "source": "s", "machine": "rebalance",
              "windows": [{ "name": "a", "base": "64G", "size": "64M", "ports": "shared", "slots": 8 }, { "name": "b", "base": "128G", "size": "64M", "ports": "each", "slots": 8 }],
              "types": [{ "name": "x", "bars": ["1M"] }, { "name": "y", "bars": ["1M", "2M"] }],
              "devices": [{ "type": "x", "count": 2 }, { "type": "y", "count": 1, "window": "b" }],
              "strategies": [{ "name": "mine", "policy": "buddy", "reactions": ["move-several"] }],
              "hosts": [{ "name": "h", "bus": "kvm", "hostKernel": "6.16", "guestKernel": "6.16", "thp": "madvise", "vmm": "qemu-8.2" }],
              "history": [{ "replace": "x-1", "with": "y" }, { "dock": "d", "types": ["x", "y"] }, { "boot": true }, { "replace": "d.1", "with": "x" }, { "undock": "d" }, { "add": "z", "type": "x", "window": "b" }]
            }
            """;
        Assert.That(RebalanceScenario.TryRead(Encoding.UTF8.GetBytes(Text), "mine.json", out var scenario, out var error), error);
        Assert.That(scenario!.History.Select(each => string.Join(" + ", each.Operations)), Is.EqualTo(new[]
        {
            "remove x-1 + add x-1 (y) at a", "add d.1 (x) at a + add d.2 (y) at a", "boot", "remove d.1 + add d.1 (x) at a", "remove d.1 + remove d.2", "add z (x) at b",
        }));
        var outcome = new RebalanceRunner(Knowledge.Default, new BarCaseCache()).Run(scenario).Strategies.Single().Histories.Single();
        Assert.That((outcome.Outcome.Requests.Count(request => request.End == RequestEnd.Fits), outcome.Outcome.Boots), Is.EqualTo((5, 1)));
        Assert.That(outcome.Costs.Single().Boots.Sum.Center, Is.Positive);
    }
}
