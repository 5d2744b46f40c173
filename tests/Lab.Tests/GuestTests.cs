using System.Globalization;
using System.Text;
using Fast.Lab;

namespace Fast.Tests;

/// <summary>What goes into a guest and what comes out.</summary>
public sealed class GuestTests
{
    [Test]
    public void A_report_is_read_line_by_line()
    {
        var report = new GuestReport();
        foreach (var line in new[] { "noise", "@up 7.3.4+deb13-amd64 3.1", "@note vfio: already there", "@job a", "> {", "> }", "! slow", "@end a 0", "@job b", "> half" }) Assert.That(report.Take(line + "\r"), Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(report.Release, Is.EqualTo("7.3.4+deb13-amd64"));
            Assert.That(report.Job("a"), Is.EqualTo(new JobResult("a", "{\n}", "slow", 0)));
            Assert.That(report.Notes, Is.EqualTo(new[] { "vfio: already there" }));
            Assert.That(report.IsComplete, Is.False);
            Assert.That(() => report.Job("b"), Throws.TypeOf<LabException>().With.Message.EqualTo("the guest did not get to 'b'; it ended in 'b'"));
            Assert.That(report.Take("@held b fast: held: process 88, virtual address 0x7f0000000000, device"), Is.EqualTo("fast: held: process 88, virtual address 0x7f0000000000, device"));
        });
        report.Take("@end b 1");
        report.Take("@down 9");
        Assert.That((report.Job("b").ExitCode, report.Job("b").Output, report.IsComplete), Is.EqualTo((1, "half", true)));
    }

    [Test]
    public void An_archive_is_what_the_kernel_unpacks()
    {
        using var stream = new MemoryStream();
        var cpio = new CpioWriter(stream);
        cpio.Character("dev/console", 5, 1);
        cpio.File("bin/fast", "hello"u8, isExecutable: true);
        cpio.Link("bin/sh", "fast");
        cpio.Finish();
        var entries = ReadCpio(stream.ToArray());
        Assert.Multiple(() =>
        {
            Assert.That(entries.Select(entry => entry.Name), Is.EqualTo(new[] { "dev", "dev/console", "bin", "bin/fast", "bin/sh", "TRAILER!!!" }));
            Assert.That(entries.Select(entry => Convert.ToString((int)entry.Mode, 8)), Is.EqualTo(new[] { "40755", "20600", "40755", "100755", "120777", "0" }));
            Assert.That((entries[1].Major, entries[1].Minor), Is.EqualTo((5u, 1u)));
            Assert.That(Encoding.ASCII.GetString(entries[3].Content), Is.EqualTo("hello"));
            Assert.That(Encoding.ASCII.GetString(entries[4].Content), Is.EqualTo("fast"));
        });
    }

    [Test]
    public void Modules_name_what_they_need()
    {
        var module = Encoding.ASCII.GetBytes("\u007fELF..\0license=GPL v2\0depends=vfio,iommufd\0retpoline=Y\0");
        Assert.That(ModuleSet.DependsOf(module), Is.EqualTo(new[] { "vfio", "iommufd" }));
        Assert.That(ModuleSet.DependsOf("\0depends=\0"u8), Is.Empty);
        Assert.That(ModuleSet.DependsOf("nothing"u8), Is.Empty);
    }

    [Test]
    public async Task Modules_come_after_what_they_need()
    {
        var folder = Directory.CreateTempSubdirectory("fast-modules-").FullName;
        foreach (var (name, needs) in new[] { ("vfio-pci", "vfio-pci-core"), ("vfio-pci-core", "vfio"), ("vfio", "") })
            await File.WriteAllTextAsync(Path.Combine(folder, name + ".ko"), $"\0depends={needs}\0");
        var modules = new ModuleSet(folder);
        await modules.AddAsync("vfio_pci", CancellationToken.None);
        await modules.AddAsync("built_in", CancellationToken.None);
        Assert.That(modules.InOrder.Select(module => module.Name), Is.EqualTo(new[] { "vfio", "vfio_pci_core", "vfio_pci" }));
        Directory.Delete(folder, recursive: true);
    }

    [Test]
    public void Libraries_are_what_stands_behind_an_arrow_and_the_loader() => Assert.That(
        GuestImage.LibrariesOf("\tlinux-vdso.so.1 (0x00007f)\n\tlibc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x00007f)\n\t/lib64/ld-linux-x86-64.so.2 (0x00007f)\n"),
        Is.EqualTo(new[] { "/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2" }));

    [Test]
    public void A_machine_has_a_device_for_each_BAR_and_counts_instructions()
    {
        var arguments = string.Join(' ', new QemuMachine { Bars = [1UL << 30, 32UL << 30], Append = "hugepages=4" }.Arguments("vmlinuz", "image", "console", "monitor"));
        Assert.That(arguments, Does.Contain("size=34359738368,share=on,reserve=off").And.Contain("memdev=bar1,addr=6").And.Contain("-icount shift=0,sleep=off").And.Contain("intel_iommu=on iommu=nopt hugepages=4").And.Contain("unix:monitor"));
        Assert.That(string.Join(' ', new QemuMachine { HasIommu = false }.Arguments("v", "i", "c", null)), Does.Not.Contain("iommu").And.Not.Contain("qmp"));
    }

    [Test]
    public void Registers_and_addresses_are_found_in_text()
    {
        Assert.That(QemuMonitor.Cr3Of("CR0=80050033 CR2=00007f CR3=0000000104a3e005 CR4=00350ef0"), Is.EqualTo(0x104a3e000UL));
        Assert.That(QemuMonitor.Cr3Of("nothing"), Is.Null);
        Assert.That(DumpRun.AddressIn("fast: held: process 88, virtual address 0x7f12c0200000, device address 0x1000"), Is.EqualTo(0x7f12c0200000UL));
        Assert.That(() => DumpRun.AddressIn("x"), Throws.TypeOf<LabException>());
    }

    private static List<(string Name, uint Mode, uint Major, uint Minor, byte[] Content)> ReadCpio(byte[] archive)
    {
        var entries = new List<(string, uint, uint, uint, byte[])>();
        for (var at = 0; at < archive.Length;)
        {
            Assert.That(Encoding.ASCII.GetString(archive, at, 6), Is.EqualTo("070701"));
            uint Field(int index) => uint.Parse(Encoding.ASCII.GetString(archive, at + 6 + (8 * index), 8), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
            var (mode, size, major, minor, nameLength) = (Field(1), (int)Field(6), Field(9), Field(10), (int)Field(11));
            var name = Encoding.ASCII.GetString(archive, at + 110, nameLength - 1);
            var content = (at + 110 + nameLength + 3) & ~3;
            entries.Add((name, mode, major, minor, archive[content..(content + size)]));
            at = (content + size + 3) & ~3;
        }

        return entries;
    }
}
