using System.Text.Json;
using Fast.Tests.Images;
using Fast.Tool.Tests.Json;

namespace Fast.Tool.Tests.Walk;

/// <summary><c>fast walk</c>: one small machine, seen from all sides.</summary>
internal sealed class WalkTests
{
    private const ulong Root = 0x10_0000;
    private const ulong Paging = 0x8000_0001;

    // Two pages side by side and one of 2 MiB for users, the same frame for the kernel alone; then an entry that leads out of the image.
    private static readonly byte[] Tables = Words(
        (0, 0, 0x10_1007), (0, 511, 0x10_4003),
        (1, 0, 0x10_2007), (1, 1, 0x7000_0000_0007),
        (2, 0, 0x10_3007), (2, 1, 0x8000_0000_4000_0087),
        (3, 1, 0x5007), (3, 2, 0x6007),
        (4, 511, 0x10_5003), (5, 511, 0x10_6003), (6, 511, 0x5003));

    private ImageFile _core = null!;
    private ImageFile _raw = null!;

    [SetUp]
    public void WriteImages()
    {
        _core = ImageFile.Core([(Root, Tables)], [(Paging, Root | 0x18, 0x6f0), (1, 0, 0)]);
        _raw = ImageFile.Raw(Tables);
    }

    [TearDown]
    public void DeleteImages()
    {
        _core.Dispose();
        _raw.Dispose();
    }

    [Test]
    public void A_core_of_QEMU_is_walked_without_being_told_where_the_tables_are()
    {
        var run = ToolRun.Of("walk", _core.Path);
        Assert.Multiple(() =>
        {
            Assert.That((run.Exit, run.Error), Is.EqualTo((ExitCode.Done, "")));
            Assert.That(run.Out, Does.Contain("x86-64-4l tables from 0x100000 (CR3 of processor 0 of 2)"));
            Assert.That(run.Out, Does.Contain("3 areas and 3 runs; leaves 1 x 2M + 3 x 4K"));
            Assert.That(run.Out, Does.Match("0x1000-0x2fff +rwx user +8 KiB +1 +2 x 4K"));
            Assert.That(run.Out, Does.Match("0x200000-0x3fffff +rw- user +2 MiB +1 +1 x 2M"));
            Assert.That(run.Out, Does.Match("0xfffffffffffff000-0xffffffffffffffff +rwx +4 KiB +1 +1 x 4K"));
            Assert.That(run.Out, Does.Contain("Note: 1 table is not in the image"));
        });
    }

    [Test]
    public void The_same_tables_have_the_same_digest_in_a_raw_image()
    {
        var (core, raw) = (ToolRun.Json("walk", _core.Path), ToolRun.Json("walk", _raw.Path, "--base", "0x100000", "--root", "100018", "--runs", "2", "--areas", "1", "--validate"));
        Assert.Multiple(() =>
        {
            Assert.That(SchemaCheck.Problems("fast.walk-1.schema.json", core), Is.Empty);
            Assert.That(SchemaCheck.Problems("fast.walk-1.schema.json", raw), Is.Empty);
            Assert.That(Text(raw, "digest"), Is.EqualTo(Text(core, "digest")));
            Assert.That((Text(core.GetProperty("image"), "kind"), Text(raw.GetProperty("image"), "kind")), Is.EqualTo(("elf", "raw")));
            Assert.That(raw.GetProperty("runs").EnumerateArray().Select(run => (Text(run, "start"), Text(run, "pfn"), run.GetProperty("pages").GetInt32())), Is.EqualTo(new[] { ("0x1000", "0x5", 2), ("0x200000", "0x40000", 512) }));
            Assert.That((raw.GetProperty("areas").GetArrayLength(), raw.GetProperty("areaCount").GetInt32()), Is.EqualTo((1, 3)));
            Assert.That(raw.GetProperty("leaves").GetRawText(), Is.EqualTo(core.GetProperty("leaves").GetRawText()));
            Assert.That(raw.GetProperty("validation").GetProperty("problemCount").GetInt32(), Is.EqualTo(1));
            Assert.That(raw.GetProperty("validation").GetProperty("first")[0].GetString(), Does.Contain("points to a table that is not backed"));
        });
    }

    [Test]
    public void A_range_is_what_is_walked()
    {
        var part = ToolRun.Json("walk", _core.Path, "--va", "2000-201000");
        Assert.That(part.GetProperty("areas").EnumerateArray().Select(area => (Text(area, "start"), Text(area, "last"))), Is.EqualTo(new[] { ("0x2000", "0x2fff"), ("0x200000", "0x200fff") }));
        Assert.That(ToolRun.Json("walk", _core.Path, "--va", "0xfffffffffffff000-0").GetProperty("pages").GetInt32(), Is.EqualTo(1));
        Assert.That(ToolRun.Json("walk", _core.Path, "--va", "2000+4K").GetProperty("pages").GetInt32(), Is.EqualTo(1));
    }

    [Test]
    public void Five_levels_are_taken_from_CR4()
    {
        using var five = ImageFile.Core([(Root, Tables)], [(Paging, Root, 0x16f0)]);
        Assert.That(Text(ToolRun.Json("walk", five.Path).GetProperty("request"), "format"), Is.EqualTo("x86-64-5l"));
        Assert.That(ToolRun.Of("walk", five.Path, "--format", "x86-64-4l").Out, Does.Contain("Note: the guest's processor walks x86-64-5l (CR4 in the image), not x86-64-4l."));
        Assert.That(ToolRun.Of("walk", _raw.Path, "--base", "100000", "--root", "100000").Out, Does.Contain("a guest with CR4.LA57 (bit 12) needs --format x86-64-5l"));
    }

    [Test]
    public void A_core_of_another_architecture_is_walked_as_told()
    {
        using var arm = ImageFile.Core([(Root, Tables)], machine: 183);
        Assert.That(ToolRun.Of("walk", arm.Path, "--root", "100000", "--format", "armv8-s1-4k").Exit, Is.EqualTo(ExitCode.Done));
    }

    [Test]
    public void Tables_that_point_to_themselves_end_at_the_budget_and_have_no_digest()
    {
        using var self = ImageFile.Raw(Words([.. Enumerable.Range(0, 512).Select(i => (0, i, 7UL))]));
        var document = ToolRun.Json("walk", self.Path, "--root", "0", "--budget", "20000");
        Assert.Multiple(() =>
        {
            Assert.That(SchemaCheck.Problems("fast.walk-1.schema.json", document), Is.Empty);
            Assert.That(document.GetProperty("complete").GetBoolean(), Is.False);
            Assert.That(document.GetProperty("digest").ValueKind, Is.EqualTo(JsonValueKind.Null));
            Assert.That(document.GetProperty("notes").EnumerateArray().Select(note => note.GetString()), Has.Some.StartsWith("stopped after 20,000 tables"));
        });
    }

    [Test]
    public void Memory_that_is_no_table_says_that_the_root_may_be_wrong()
    {
        using var text = ImageFile.Raw([.. Enumerable.Range(0, 8192).Select(i => (byte)('a' + (i % 20)))]);
        Assert.That(ToolRun.Of("walk", text.Path, "--root", "1000").Out, Does.Contain("is the root right?"));
    }

    [Test]
    public void What_cannot_be_walked_is_refused_in_one_line() => Assert.Multiple(() =>
    {
        Refused("there is no file 'nowhere.elf'", "nowhere.elf", "--root", "0");
        Refused("does not say where the tables are; give --root CR3", _raw.Path);
        Refused("the root table at 0x900000 is not in '", _core.Path, "--root", "0x900000");
        Refused("; --base says where a raw image begins", _raw.Path, "--root", "0x100000");
        Refused("processor 1 of '", _core.Path, "--cpu", "1");
        Refused("has processors 0 to 1, not 2", _core.Path, "--cpu", "2");
        Refused("has no processor's state, not 0", _raw.Path, "--cpu", "0");
        Refused("--root and --cpu name two roots", _core.Path, "--cpu", "0", "--root", "0");
        Refused("leave --base out", _core.Path, "--base", "0");
        Refused("--root: 'cr3' is not a hexadecimal number", _core.Path, "--root", "cr3");
        Refused("there is no format 'x86-64-6l'; did you mean", _core.Path, "--format", "x86-64-6l");
        Refused("--va: '1000' is not START-END or START+SIZE", _core.Path, "--va", "1000");
        Refused("ends at or before its start", _core.Path, "--va", "2000-1000");
        Refused("is empty or goes beyond 64 bits", _core.Path, "--va", "fffffffffffff000+8K");
        Refused("--areas: '-1' is not a number from 0 to 1,000,000", _core.Path, "--areas", "-1");
        Refused("--budget: '0' is not a number of tables", _core.Path, "--budget", "0");
        Refused("mode (bits 11:9) is 0", _core.Path, "--root", "100000", "--format", "amd-v1");
    });

    private static void Refused(string says, params string[] args) => Assert.That(ToolRun.Of(["walk", .. args]).IsRefused().Error, Does.Contain(says));

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();

    private static byte[] Words(params (int Table, int Index, ulong Word)[] words)
    {
        var bytes = new byte[4096 * (words.Max(word => word.Table) + 1)];
        foreach (var (table, index, word) in words) BitConverter.TryWriteBytes(bytes.AsSpan((4096 * table) + (8 * index)), word);
        return bytes;
    }
}
