using Fast.Host;
using Fast.PageTables;

namespace Fast.Tests.Images;

/// <summary>What a memory image is taken for, and what is refused.</summary>
public sealed class MemoryImageTests
{
    private static readonly (ulong, ulong, ulong)[] TwoCpus = [(0x8005_0033, 0x1234_5000, 0x6f0), (0x8005_0033, 0x2345_6003, 0x16f0)];

    [Test]
    public void A_raw_image_begins_where_it_is_said_to()
    {
        using var file = ImageFile.Raw([.. Enumerable.Range(0, 8192).Select(i => (byte)(i / 4096))]);
        using var image = MemoryImage.Open(file.Path, 0x1_0000_0000);
        var memory = image.Memory;
        Assert.Multiple(() =>
        {
            Assert.That((image.IsElf, image.MemoryBytes, image.Segments.Single().Start), Is.EqualTo((false, 8192UL, 0x1_0000_0000UL)));
            Assert.That(image.Holds(0x1_0000_1000, 4096) && !image.Holds(0x1_0000_1001, 4096) && !image.Holds(0, 1));
            Assert.That(memory.Table(0x1_0000_1000, 4096), Is.EqualTo(1));
        });
    }

    [TestCase(false)]
    [TestCase(true)]
    public void A_core_has_the_segments_and_processors_that_QEMU_wrote(bool manyHeaders)
    {
        using var file = ImageFile.Core([(0x10_0000_0000, Page(2)), (0, Page(1))], TwoCpus, manyHeaders);
        using var image = MemoryImage.Open(file.Path);
        var memory = image.Memory;
        Assert.Multiple(() =>
        {
            Assert.That(image.IsElf && image.IsX86 && image.IsLongMode);
            Assert.That(image.Segments.Select(segment => (segment.Start, segment.Bytes)), Is.EqualTo(new[] { (0UL, 4096UL), (0x10_0000_0000UL, 4096UL) }));
            Assert.That((memory.Table(0, 4096), memory.Table(0x10_0000_0000, 4096)), Is.EqualTo(((byte)1, (byte)2)));
            Assert.That(image.Cpus.Select(cpu => cpu.Cr3), Is.EqualTo(new[] { 0x1234_5000UL, 0x2345_6003UL }));
            Assert.That(image.Cpus.Select(cpu => cpu.FormatId(longMode: true)), Is.EqualTo(new[] { "x86-64-4l", "x86-64-5l" }));
            Assert.That(image.Cpus.Select(cpu => cpu.FormatId(longMode: false)), Has.All.EqualTo("x86-pae"));
            Assert.That(image.Notes, Is.Empty);
        });
    }

    [Test]
    public void Segments_that_overlap_are_used_once_and_noted()
    {
        var long2 = new byte[8192];
        long2.AsSpan(4096).Fill(7);
        using var file = ImageFile.Core([(0x1000, Page(1)), (0x1000, long2), (0x2000, Page(9)), (ulong.MaxValue - 10, Page(3))]);
        using var image = MemoryImage.Open(file.Path);
        var memory = image.Memory;
        Assert.Multiple(() =>
        {
            Assert.That(image.MemoryBytes, Is.EqualTo(8192));
            Assert.That((memory.Table(0x1000, 4096), memory.Table(0x2000, 4096)), Is.EqualTo(((byte)0, (byte)7)));
            Assert.That(image.Notes.Single(), Does.Contain("2 segments overlap"));
        });
    }

    [Test]
    public void A_core_that_is_cut_has_what_is_left_of_it_and_says_so()
    {
        using var file = ImageFile.Core([(0x1000, Page(1)), (0x2000, Page(2)), (0x3000, Page(3))]);
        using (var stream = File.OpenWrite(file.Path)) stream.SetLength(stream.Length - 4096 - 100);
        using var image = MemoryImage.Open(file.Path);
        Assert.That(image.MemoryBytes, Is.EqualTo(8192 - 100));
        Assert.That(image.Notes.Single(), Does.Contain("2 of 3 segments lack 0x1064 bytes"));
    }

    [TestCase("KDUMP   ", "kdump-compressed")]
    [TestCase("makedumpfile\0\0\0\0", "flattened kdump-compressed")]
    [TestCase("EMiL", "LiME")]
    [TestCase("QEVM", "saved machine state")]
    [TestCase("PAGEDU64", "Windows crash dump")]
    [TestCase("\u001f\u008b\b", "gzip")]
    public void Other_forms_of_a_dump_are_refused_by_name(string head, string name)
    {
        using var file = ImageFile.Raw([.. head.Select(letter => (byte)letter), .. new byte[8192]]);
        Assert.That(() => MemoryImage.Open(file.Path), Throws.TypeOf<HostException>().With.Message.Contains(name).And.Message.Contains(": ").And.Message.Not.Contains("\n"));
    }

    [Test]
    public void A_program_a_process_and_a_wrong_base_are_refused()
    {
        using var core = ImageFile.Core([(0, Page(1)), (0, Page(2))]);
        Assert.That(() => MemoryImage.Open(core.Path), Throws.TypeOf<HostException>().With.Message.Contains("core of a process"));
        using var good = ImageFile.Core([(0x1000, Page(1))]);
        Assert.That(() => MemoryImage.Open(good.Path, 0), Throws.TypeOf<HostException>().With.Message.Contains("leave --base out"));
        var bytes = File.ReadAllBytes(good.Path);
        bytes[16] = 2;
        using var program = ImageFile.Raw(bytes);
        Assert.That(() => MemoryImage.Open(program.Path), Throws.TypeOf<HostException>().With.Message.Contains("not a core"));
        using var raw = ImageFile.Raw(Page(1));
        Assert.That(() => MemoryImage.Open(raw.Path, ulong.MaxValue - 100), Throws.TypeOf<HostException>().With.Message.Contains("do not fit"));
    }

    [Test]
    public void Nothing_an_empty_file_and_a_folder_are_refused()
    {
        using var empty = ImageFile.Raw([]);
        Assert.That(() => MemoryImage.Open(empty.Path), Throws.TypeOf<HostException>().With.Message.Contains("empty"));
        Assert.That(() => MemoryImage.Open(empty.Path + ".none"), Throws.TypeOf<HostException>().With.Message.StartsWith("there is no file"));
        Assert.That(() => MemoryImage.Open(Path.GetTempPath()), Throws.TypeOf<HostException>().With.Message.Contains("is a folder"));
    }

    [Test]
    public void Memory_of_a_closed_image_cannot_be_reached()
    {
        using var file = ImageFile.Raw(Page(1));
        var image = MemoryImage.Open(file.Path);
        var memory = image.Memory;
        image.Dispose();
        Assert.That(() => memory.Table(0, 4096), Throws.TypeOf<ObjectDisposedException>());
    }

    /// <summary>A core in which anything may be anything, and which may end anywhere.</summary>
    [FsCheck.NUnit.Property(MaxTest = 300)]
    public bool Any_change_of_a_core_is_read_or_refused_in_one_line(int seed)
    {
        var random = new Random(seed);
        using var good = ImageFile.Core([(0x10_0000, Page(1)), (0x10_0000_0000, Page(2))], TwoCpus, random.Next(2) == 0);
        var bytes = File.ReadAllBytes(good.Path);
        for (var changes = random.Next(1, 6); changes > 0; changes--)
        {
            // Mostly in the headers, where it hurts.
            var at = random.Next(3) == 0 ? random.Next(bytes.Length) : random.Next(400);
            bytes[at] = random.Next(3) switch { 0 => 0xff, 1 => (byte)(bytes[at] + 1), _ => (byte)random.Next(256) };
        }

        using var file = ImageFile.Raw(random.Next(3) == 0 ? bytes.AsSpan(0, random.Next(1, bytes.Length)) : bytes);
        try
        {
            using var image = MemoryImage.Open(file.Path);
            var memory = image.Memory;
            foreach (var segment in image.Segments) _ = memory.Table(segment.Start, 1) + memory.Table(segment.Last, 1);
            return image.Segments.All(segment => segment.Bytes <= (ulong)bytes.Length);
        }
        catch (HostException exception)
        {
            return !exception.Message.Contains('\n', StringComparison.Ordinal);
        }
    }

    private static byte[] Page(byte value) => [.. Enumerable.Repeat(value, 4096)];
}
