using Fast.Linux;
using Fast.Machines;
using Fast.PageTables;
using static Fast.Tests.RebalanceRig;

namespace Fast.Tests;

/// <summary>One machine, one request at a time.</summary>
public sealed class RebalanceMachineTests
{
    private static RebalanceMachine Start(RebalanceScenario scenario, PlacementPolicy policy, params Reaction[] reactions) => new(scenario, With(policy, reactions), Guest, null);

    private static int Maps(RebalanceMachine machine, string device) => machine.Log.Steps.Count(step => step.Kind == StepKind.MapEvent && step.Event.IsMap && step.Device == device);

    [Test]
    public void Devices_are_plugged_in_until_the_window_is_full_and_a_dock_that_goes_makes_room()
    {
        var machine = Start(Machine(8 * M, WindowPorts.Shared, [Type("a", 2 * M), Type("b", M)], Add("a-1", "a")), PlacementPolicy.FirstFit);
        foreach (var name in new[] { "a-2", "a-3", "a-4" }) Assert.That(machine.Add(Add(name, "a"), 1).End, Is.EqualTo(RequestEnd.Fits));
        Assert.That(machine.Add(Add("b-1", "b"), 2).End, Is.EqualTo(RequestEnd.RefusedFull));
        machine.Remove("a-2");
        Assert.That(machine.Add(Add("b-2", "b"), 3).End, Is.EqualTo(RequestEnd.Fits));
        Assert.That(machine.Add(Add("a-5", "a"), 4).End, Is.EqualTo(RequestEnd.RefusedFull));
        Assert.That(machine.FreeIn(machine.Devices.First().Window), Is.EqualTo(new FreeSpace(M, M, M, 1)));
    }

    [TestCase(null, 1)]
    [TestCase(PrepopulateBars.LeavesMemoryOff, 1)]
    [TestCase(PrepopulateBars.SetsMemory, 8)]
    public void A_device_that_comes_is_mapped_as_often_as_its_guest_does(PrepopulateBars? prepopulate, int maps)
    {
        var machine = new RebalanceMachine(Machine(8 * M, WindowPorts.None, [Type("a", M)], Add("a-1", "a")), With(PlacementPolicy.FirstFit), Guest, prepopulate);
        machine.Add(Add("a-2", "a"), 1);
        Assert.That(Maps(machine, "a-2"), Is.EqualTo(maps));
    }

    /// <summary>SeaBIOS's one and the kernel's 11 behind a port, as the traces have it (docs: pci-events; 64-bit BARs: 1), and without the port's 5; with batched sizing 4 and 1.</summary>
    [TestCase("6.12", WindowPorts.Each, 12)]
    [TestCase("6.12", WindowPorts.None, 7)]
    [TestCase("6.16", WindowPorts.Each, 5)]
    [TestCase("6.16", WindowPorts.Shared, 5)]
    [TestCase("6.16", WindowPorts.None, 2)]
    public void A_boot_maps_a_bar_as_often_as_the_traces_say(string guest, WindowPorts ports, int maps)
    {
        var machine = new RebalanceMachine(Machine(8 * M, ports, [Type("a", M)], Add("a-1", "a"), Add("a-2", "a")), With(PlacementPolicy.FirstFit), LinuxGuestTraceTests.Version(guest), null);
        machine.Boot();
        Assert.That((Maps(machine, "a-1"), Maps(machine, "a-2")), Is.EqualTo((maps, maps)));
    }

    [Test]
    public void A_move_is_one_unmap_and_one_cold_map_between_stop_and_start()
    {
        var types = new[] { Type("a", M) with { QuiesceSeconds = 0.5, RestartSeconds = 0.25 }, Type("b", 2 * M) };
        var machine = Start(Machine(4 * M, WindowPorts.None, types, Add("a-1", "a"), Add("a-2", "a"), Add("a-3", "a"), Add("a-4", "a")), PlacementPolicy.FirstFit, Reaction.MoveOne);
        machine.Remove("a-2");
        machine.Remove("a-3");
        var before = machine.Log.Steps.Count;
        Assert.That(machine.Add(Add("b-1", "b"), 1), Has.Property("Reaction").EqualTo(Reaction.MoveOne).And.Property("Moves").EqualTo(new[] { new MovedRange("a-1", BusRange.Of(64 * G, M), BusRange.Of((64 * G) + (2 * M), M)) }));
        var steps = machine.Log.Steps.Skip(before).Where(step => step.Device == "a-1").ToList();
        Assert.Multiple(() =>
        {
            Assert.That(steps.Select(step => step.Kind), Is.EqualTo(new[] { StepKind.Quiesce, StepKind.MapEvent, StepKind.MapEvent, StepKind.Restart }));
            Assert.That((steps[1].Event.IsMap, steps[2].Event.IsMap, steps[2].Event.IsCold), Is.EqualTo((false, true, true)));
            Assert.That(steps.Where(step => step.Kind == StepKind.MapEvent).Select(step => step.Event.Cause), Is.All.EqualTo(MapCause.Rebalance));
            Assert.That((steps[0].Seconds, steps[3].Seconds), Is.EqualTo((0.5, 0.25)));
        });
    }

    [Test]
    public void Two_that_stand_in_each_others_way_change_places_and_one_waits()
    {
        var machine = Start(Machine(4 * M, WindowPorts.None, [Type("a", M)], Add("a-1", "a"), Add("a-2", "a")), PlacementPolicy.FirstFit);
        var (first, second) = (machine.Devices.First(), machine.Devices.Last());
        var targets = new Dictionary<RebalanceDevice, PlacedBlock[]>
        {
            [first] = [first.Placed[0] with { Range = second.Placed[0].Range }],
            [second] = [second.Placed[0] with { Range = first.Placed[0].Range }],
        };
        machine.Mover.Move(targets, machine.Devices);
        Assert.That((machine.Mover.Moved, machine.Mover.Waited), Is.EqualTo((2, 1)));
        Assert.That(machine.Guard.Violations, Is.Empty);
        Assert.That(first.Function.Bars[0].Address, Is.GreaterThan(second.Function.Bars[0].Address));
    }

    [Test]
    public void A_port_lets_a_part_of_a_bar_through()
    {
        var machine = Start(Machine(16 * M, WindowPorts.Each, [Type("a", 4 * M), Type("b", M, 8 * M) with { LeastPart = 4 * M }], Add("a-1", "a"), Add("a-2", "a"), Add("a-3", "a"), Add("a-4", "a")), PlacementPolicy.FirstFit, Reaction.PartialBar);
        machine.Remove("a-2");
        machine.Remove("a-3");
        var request = machine.Add(Add("b-1", "b"), 2);
        var visible = machine.Pci.Visible.Where(mapping => mapping.Bar.Function.Name == "b-1").ToList();
        Assert.Multiple(() =>
        {
            Assert.That((request.Reaction, request.IsReduced), Is.EqualTo((Reaction.PartialBar, true)));
            Assert.That(visible.Single(mapping => mapping.Bar.Bytes == M).Range.Bytes, Is.EqualTo(M), "the smaller one whole");
            Assert.That(visible.Single(mapping => mapping.Bar.Bytes == 8 * M).Range.Bytes, Is.EqualTo(4 * M), "up to the next one's window");
            Assert.That(machine.Guard.Violations, Is.Empty);
        });
    }

    [Test]
    public void A_bar_is_made_as_large_as_fits()
    {
        var machine = Start(Machine(8 * M, WindowPorts.None, [Type("a", M), Type("b", 8 * M) with { Resizable = [M, 2 * M, 4 * M, 8 * M] }], Add("a-1", "a")), PlacementPolicy.FirstFit, Reaction.Resize);
        var request = machine.Add(Add("b-1", "b"), 1);
        Assert.That((request.Got, machine.Devices.Last().Function.Bars[0].Bytes), Is.EqualTo((4 * M, 4 * M)));
        machine.Boot();
        Assert.That(machine.Devices.Last().Function.Bars[0].Bytes, Is.EqualTo(4 * M), "the host keeps the size");
    }

    [Test]
    public void What_must_stay_is_an_obstacle_and_a_refused_request_waits_for_a_boot()
    {
        var scenario = Machine(4 * M, WindowPorts.None, [Type("a", M), Type("fixed", M) with { Immovable = "SMI code uses it" }, Type("b", 2 * M)], Add("a-1", "a"), Add("fixed-1", "fixed"), Add("a-2", "a"), Add("a-3", "a"));
        var machine = Start(scenario, PlacementPolicy.FirstFit, Reaction.MoveOne, Reaction.Compact, Reaction.AtBoot);
        machine.Remove("a-1");
        machine.Remove("a-3");
        Assert.That(machine.Add(Add("b-1", "b"), 1), Has.Property("Reaction").EqualTo(Reaction.MoveOne), "a-2 goes to the front");
        machine.Remove("b-1");
        machine.Remove("a-2");
        Assert.That(machine.Add(Add("a-4", "a"), 2).End, Is.EqualTo(RequestEnd.Fits));
        Assert.That(machine.Guard.Violations, Is.Empty);

        var stuck = Start(Machine(4 * M, WindowPorts.None, scenario.Types, Add("a-1", "a"), Add("fixed-1", "fixed"), Add("a-2", "a"), Add("fixed-2", "fixed")), PlacementPolicy.FirstFit, Reaction.Compact, Reaction.AtBoot);
        stuck.Remove("a-1");
        stuck.Remove("a-2");
        Assert.That(stuck.Add(Add("b-1", "b"), 1).End, Is.EqualTo(RequestEnd.RefusedFragmented));
        Assert.That(stuck.AsksForBoot, Is.True);
        stuck.Boot();
        Assert.That((stuck.ServedAtBoot, stuck.Devices.All(device => device.IsPlaced), stuck.AsksForBoot), Is.EqualTo((1, true, false)));
        Assert.That(stuck.Guard.Violations, Is.Empty);
    }

    /// <summary>Every UNMAP and MAP_DMA of a machine that is compacted and booted, on real tables: in the end the IOMMU translates exactly what is visible.</summary>
    [Test]
    public void A_vmm_that_follows_every_event_ends_with_what_is_visible()
    {
        var scenario = Machine(16 * M, WindowPorts.None, [Type("a", M), Type("b", 4 * M)], Add("a-1", "a"), Add("a-2", "a"), Add("a-3", "a"), Add("b-1", "b"));
        var machine = Start(scenario, PlacementPolicy.TightFit, Reaction.Compact);
        using var vmm = new VfioVmm(new VfioHost { Kernel = new KernelVersion(6, 16) }, new VmmSettings());
        var physical = 1UL << 42;
        foreach (var device in machine.Devices)
        {
            vmm.Assign(device.Function, new AssignedBar(device.Function.Bars[0], new PhysicalAddress(physical), null));
            physical += G;
        }

        // The VMM was not there at the first boot: it sees a machine from its reset on.
        machine.Pci.Reset();
        machine.Pci.Attach(vmm);
        machine.Boot();
        var devices = machine.Devices.ToList();
        var (low, high) = (devices[0], devices[^1]);
        machine.Mover.Move(new Dictionary<RebalanceDevice, PlacedBlock[]> { [low] = [low.Placed[0] with { Range = BusRange.Of((64 * G) + (12 * M), M) }], [high] = [high.Placed[0] with { Range = BusRange.Of((64 * G) + (8 * M), 4 * M) }] }, devices);
        Assert.Multiple(() =>
        {
            Assert.That(vmm.Warnings, Is.Empty);
            Assert.That(vmm.Mappings, Is.EqualTo(4));
            Assert.That(vmm.MapCalls - vmm.UnmapCalls, Is.EqualTo(4));
            Assert.That(machine.Pci.Visible.Select(mapping => mapping.Range.Start), Is.EquivalentTo(devices.SelectMany(device => device.Placed).Select(block => block.Range.Start)));
            Assert.That(machine.Guard.Violations, Is.Empty);
        });
    }
}
