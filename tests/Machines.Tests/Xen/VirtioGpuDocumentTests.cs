using Fast.Machines.Xen;
using Fast.PageTables;
using static Fast.Tests.Xen.XenRig;

namespace Fast.Tests.Xen;

/// <summary>docs/virtio-gpu-blob.md: every row of its tables is executed, or compared with the facts it stands for.</summary>
public sealed class VirtioGpuDocumentTests
{
    private const string Page = "virtio-gpu-blob.md";
    private const string StrategyHead = "| strategy |";
    private const uint Id = 7;
    private const uint OtherId = 8;

    private static string[][] Rows(string head) =>
    [
        .. Repository.Read("docs", Page).Split('\n').SkipWhile(line => !line.StartsWith(head, StringComparison.Ordinal)).Skip(2).TakeWhile(line => line.StartsWith('|'))
            .Select(line => line.Trim('|').Split('|').Select(cell => cell.Trim()).ToArray()),
    ];

    private static IEnumerable<TestCaseData> States() => Rows("| state |").Select(row => new TestCaseData(row[0], row[1], row[2], row[3]));

    [TestCaseSource(nameof(States))]
    public void A_row_of_the_states_is_what_the_device_does(string state, string command, string answer, string next)
    {
        var memory = new Memory();
        var device = new VirtioGpuDevice(8 * M2, memory);
        Send(device, new BlobCommand(VirtioGpuCommand.ResourceCreateBlob, OtherId) { Memory = BlobMemory.Host3D, Uses = BlobUses.Mappable, Bytes = M2 });
        Send(device, new BlobCommand(VirtioGpuCommand.ResourceMapBlob, OtherId) { Offset = 4 * M2 });
        Reach(device, state);
        memory.IsEmpty = command.EndsWith("no memory", StringComparison.Ordinal);
        Assert.That(Do(device, command), Is.EqualTo(answer));
        Assert.That(device.StateOf(Id).ToString().ToLowerInvariant(), Is.EqualTo(next));
        Assert.That(memory.Held, Is.EqualTo(device.StateOf(Id) == BlobState.Absent ? 1 : 2), "memory is held for resources that are there");
    }

    [Test]
    public void Every_state_meets_every_command()
    {
        var rows = Rows("| state |").Select(row => (State: row[0].Split(',')[0], Command: row[1].Split(' ')[0])).Distinct().ToList();
        foreach (var state in (string[])["absent", "created", "mapped", "revoked"])
            Assert.That(rows.Where(row => row.State == state).Select(row => row.Command), Is.SupersetOf(new[] { "map", "unmap", "unref" }), state);
    }

    [Test]
    public void Numbers_and_lengths_are_those_that_are_sent()
    {
        foreach (var row in Rows("| command | type |"))
        {
            var command = CommandOf(row[0]);
            Assert.That((Convert.ToInt32(row[1], 16), row[2]), Is.EqualTo(((int)command, $"{BlobWire.BytesOf(command)}")), row[0]);
        }
    }

    [Test]
    public void Fields_stand_where_they_are_said_to_stand()
    {
        foreach (var row in Rows("| command | field |"))
        {
            var (at, bytes) = (int.Parse(row[2]), int.Parse(row[3]));
            var value = (1UL << ((8 * bytes) - 1)) - 12_345;
            var command = new BlobCommand(CommandOf(row[0]), row[1] == "resource_id" ? (uint)value : 0);
            command = row[1] switch
            {
                "blob_mem" => command with { Memory = (BlobMemory)value },
                "blob_flags" => command with { Uses = (BlobUses)value },
                "nr_entries" => command with { Entries = (uint)value },
                "blob_id" => command with { BlobId = value },
                "size" => command with { Bytes = value },
                "offset" => command with { Offset = value },
                _ => command,
            };
            var sent = new byte[BlobWire.BytesOf(command.Command)];
            Assert.That(BlobWire.Write(command, sent), Is.EqualTo(sent.Length));
            Assert.That(bytes == 4 ? BitConverter.ToUInt32(sent, at) : BitConverter.ToUInt64(sent, at), Is.EqualTo(value), $"{row[0]}.{row[1]}");
            Assert.That(sent.Where((_, index) => index >= BlobWire.HeaderBytes && (index < at || index >= at + bytes)), Is.All.Zero);
            Assert.That(BlobWire.TryRead(sent, out var read), Is.True);
            Assert.That(read, Is.EqualTo(command), "what is written is read");
        }
    }

    [Test]
    public void What_is_no_command_about_blobs_is_answered_and_nothing_more()
    {
        var device = new VirtioGpuDevice(M2, new Memory());
        var response = new byte[BlobWire.LargestResponseBytes];
        foreach (var request in (byte[][])[[], new byte[23], new byte[24], [0x08, 2, .. new byte[30]], [0xff, 0xff, .. new byte[60]]])
        {
            Assert.That(device.Execute(request, response), Is.EqualTo(BlobWire.HeaderBytes));
            Assert.That(BitConverter.ToInt32(response), Is.EqualTo((int)VirtioGpuResponse.ErrUnspecified));
        }
    }

    [Test]
    public void Caching_is_what_the_table_says()
    {
        var rows = Rows("| map_info |").ToDictionary(row => row[2], row => (MapCaching)int.Parse(row[0]));
        Assert.That(rows["memory of dom0"], Is.EqualTo(BlobHost.CachingOf(new Backing(Place.Dom0Ram, default, FrameExtents.Contiguous(default, 1)))));
        Assert.That(rows["memory of the GPU"], Is.EqualTo(BlobHost.CachingOf(new Backing(Place.Vram, default, FrameExtents.Contiguous(default, 1)))));
    }

    /// <summary>FAST_UPDATE_SNAPSHOTS=1 rewrites it.</summary>
    [Test]
    public void The_table_of_strategies_is_the_list_of_strategies()
    {
        var text = Repository.Read("docs", Page);
        var start = text.IndexOf('\n', text.IndexOf('\n', text.IndexOf(StrategyHead, StringComparison.Ordinal)) + 1) + 1;
        var rows = string.Concat(Strategy.All.Select(RowOf));
        if (Environment.GetEnvironmentVariable("FAST_UPDATE_SNAPSHOTS") == "1") File.WriteAllText(Repository.At("docs", Page), text[..start] + rows);
        else Assert.That(text[start..], Is.EqualTo(rows));
    }

    private static string RowOf(Strategy strategy)
    {
        var memory = strategy.Home switch
        {
            BufferHome.Pool => "the GPU's, set aside",
            BufferHome.Guest => "the guest's",
            BufferHome.VramOrGuestRegion => "the GPU's or the guest's",
            _ => "the GPU's or dom0's",
        };
        var type = strategy.Home switch
        {
            BufferHome.Pool => P2mTypes.NameOf(P2mType.MmioDirect),
            BufferHome.Guest => "its own",
            BufferHome.VramOrGuestRegion => $"{P2mTypes.NameOf(strategy.VramType)}, or its own",
            _ when strategy.VramType == strategy.RamType => P2mTypes.NameOf(strategy.RamType),
            _ => $"{P2mTypes.NameOf(strategy.VramType)}, {P2mTypes.NameOf(strategy.RamType)}",
        };
        var ram = P2mTypes.LargestLeafOf(strategy.RamType) is var allowed && allowed < strategy.Largest ? allowed : strategy.Largest;
        var largest = strategy.Home == BufferHome.Guest ? "its own" : strategy.Home == BufferHome.VramOrDom0 && ram != strategy.Largest ? $"{strategy.Largest}, {ram}" : $"{strategy.Largest}";
        var revoked = !strategy.Migrates ? "not needed" : strategy.GuestReleases ? "no" : "yes";
        var back = !strategy.Migrates ? "not needed" : strategy.FaultsIn ? "faults" : "a new map";
        var contiguous = strategy.OnPv ? strategy.Device == DeviceView.AsDom0 ? strategy.Home == BufferHome.Pool ? "yes" : "no" : "yes" : "-";
        var dom0 = strategy is { OnPv: true, OnPvh: true } ? "PV, PVH" : strategy.OnPv ? "PV" : "PVH";
        return $"| `{strategy.Id}` | {memory} | {type} | {largest} | {revoked} | {back} | {contiguous} | {(strategy.ChangesGuestDriver ? "yes" : "no")} | {dom0} |\n";
    }

    private static VirtioGpuCommand CommandOf(string name) => name switch
    {
        "RESOURCE_CREATE_BLOB" => VirtioGpuCommand.ResourceCreateBlob,
        "RESOURCE_MAP_BLOB" => VirtioGpuCommand.ResourceMapBlob,
        "RESOURCE_UNMAP_BLOB" => VirtioGpuCommand.ResourceUnmapBlob,
        _ => VirtioGpuCommand.ResourceUnref,
    };

    private static void Reach(VirtioGpuDevice device, string state)
    {
        if (state == "absent") return;
        var guest = state.EndsWith("guest memory", StringComparison.Ordinal);
        Send(device, new BlobCommand(VirtioGpuCommand.ResourceCreateBlob, Id)
        {
            Memory = guest ? BlobMemory.Guest : BlobMemory.Host3D,
            Entries = guest ? 1u : 0,
            Uses = state.EndsWith("not mappable", StringComparison.Ordinal) ? BlobUses.Shareable : BlobUses.Mappable,
            Bytes = M2,
        });
        if (state is "mapped" or "revoked") Send(device, new BlobCommand(VirtioGpuCommand.ResourceMapBlob, Id));
        if (state == "revoked") device.Revoke(Id);
        Assert.That(device.StateOf(Id).ToString(), Is.EqualTo(state.Split(',')[0]).IgnoreCase);
    }

    private static string Do(VirtioGpuDevice device, string command)
    {
        var words = command.Split(' ');
        switch (words[0])
        {
            case "revoke":
                device.Revoke(Id);
                return "-";
            case "restore":
                device.Restore(Id);
                return "-";
            case "create":
                return Send(device, new BlobCommand(VirtioGpuCommand.ResourceCreateBlob, command.EndsWith("resource 0", StringComparison.Ordinal) ? 0 : Id)
                {
                    Memory = words[1] == "guest" ? BlobMemory.Guest : BlobMemory.Host3D,
                    Uses = BlobUses.Mappable,
                    Bytes = command.EndsWith("a size", StringComparison.Ordinal) ? 0 : M2,
                });
            case "map":
                Assert.That(BinarySize.TryParse(words[3], out var offset, out var error), error);
                return Send(device, new BlobCommand(VirtioGpuCommand.ResourceMapBlob, Id) { Offset = offset });
            default:
                return Send(device, new BlobCommand(words[0] == "unmap" ? VirtioGpuCommand.ResourceUnmapBlob : VirtioGpuCommand.ResourceUnref, Id));
        }
    }

    /// <summary>Sends a command as bytes.</summary>
    private static string Send(VirtioGpuDevice device, in BlobCommand command)
    {
        var (request, response) = (new byte[BlobWire.BytesOf(command.Command)], new byte[BlobWire.LargestResponseBytes]);
        BlobWire.Write(command, request);
        device.Execute(request, response);
        return (VirtioGpuResponse)BitConverter.ToInt32(response) switch
        {
            VirtioGpuResponse.OkNoData => "OK_NODATA",
            VirtioGpuResponse.OkMapInfo => "OK_MAP_INFO",
            VirtioGpuResponse.ErrOutOfMemory => "ERR_OUT_OF_MEMORY",
            VirtioGpuResponse.ErrInvalidResourceId => "ERR_INVALID_RESOURCE_ID",
            VirtioGpuResponse.ErrInvalidParameter => "ERR_INVALID_PARAMETER",
            _ => "ERR_UNSPEC",
        };
    }

    private sealed class Memory : IBlobMemory
    {
        public bool IsEmpty { get; set; }

        public int Held { get; private set; }

        public bool TryCreate(uint resourceId, in BlobCommand command)
        {
            Held += IsEmpty ? 0 : 1;
            return !IsEmpty;
        }

        public MapCaching CachingOf(uint resourceId) => MapCaching.WriteCombining;

        public void Destroy(uint resourceId) => Held--;
    }
}
