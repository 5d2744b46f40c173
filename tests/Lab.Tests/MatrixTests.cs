using System.Collections.Immutable;
using System.Text.Json;
using Fast.Lab;

namespace Fast.Tests;

/// <summary>The lab's own files, and what becomes of them.</summary>
public sealed class MatrixTests
{
    private static readonly MatrixFile Matrix = MatrixFile.Read(Path.Combine(LabSetup.Repository, "lab", "matrix.json"));
    private static readonly ImmutableArray<KernelEntry> Kernels = KernelEntry.ReadList(LabSetup.KernelList);

    [Test]
    public void The_kernels_that_the_model_was_read_from_are_listed_with_checksums() => Assert.Multiple(() =>
    {
        Assert.That(Kernels.Select(kernel => kernel.Version), Is.EqualTo(new[] { "6.1", "6.12", "6.16", "7.2", "7.3" }));
        Assert.That(Kernels.SelectMany(kernel => kernel.Files).Select(file => file.Sha256), Has.All.Match("^[0-9a-f]{64}$"));
        Assert.That(Kernels.SelectMany(kernel => kernel.Files).Select(file => file.Sha256), Is.Unique);
        Assert.That(Kernels.SelectMany(kernel => kernel.Files).Select(file => file.Path), Has.All.StartsWith("pool/").And.All.EndsWith("_amd64.deb"));
    });

    [Test]
    public void The_default_matrix_has_every_value_of_every_dimension_on_every_kernel()
    {
        ImmutableArray<string> versions = [.. Kernels.Select(kernel => kernel.Version)];
        var rows = Matrix.Rows(versions, isFull: false);
        Assert.Multiple(() =>
        {
            foreach (var version in versions)
            {
                var own = rows.Where(row => row.Kernel == version).ToList();
                Assert.That(own.Where(row => row.Memory == LabRow.Bar).Select(row => row.VaSkew).Distinct(), Is.EquivalentTo(Matrix.VaSkew), version);
                Assert.That(own.Where(row => row.Memory == LabRow.Bar).Select(row => row.Thp).Distinct(), Is.EquivalentTo(Matrix.Thp), version);
                Assert.That(own.Where(row => row.Memory == LabRow.Bar).Select(row => row.IovaSkew).Distinct().Count(), Is.EqualTo(Matrix.IovaSkew.Length), version);
                Assert.That(own.Where(row => row.Memory != LabRow.Bar).Select(row => row.Memory).Distinct(), Is.EquivalentTo(Matrix.Memory.Kind), version);
            }

            Assert.That(rows, Has.All.Property(nameof(LabRow.IsPossible)).True);
            Assert.That(rows, Is.Unique);
            Assert.That(rows.Where(row => row.Memory == LabRow.Bar).Select(row => row.BarBytes).Distinct(), Is.SubsetOf(Matrix.BarSizes()));
            Assert.That(rows, Has.Member(new LabRow { Kernel = "7.3", BarBytes = 32UL << 30, Bytes = 32UL << 30 }));
            Assert.That(Matrix.Rows(versions, isFull: true).Length, Is.GreaterThan(10 * rows.Length));
        });
    }

    [Test]
    public void Rows_that_a_run_of_the_tool_can_share_are_one_job()
    {
        var rows = Matrix.Rows(["7.3"], isFull: false);
        var jobs = MatrixJob.Of(rows);
        Assert.Multiple(() =>
        {
            Assert.That(jobs.SelectMany(job => job.Rows), Is.EquivalentTo(rows));
            Assert.That(jobs.Select(job => job.Name), Is.Unique);
            Assert.That(jobs, Has.Length.LessThan(rows.Length / 2));
            Assert.That(jobs.SelectMany(job => job.Lines.Split('\n')).Where(line => line.StartsWith("job ", StringComparison.Ordinal)), Has.All.Contains(" --count ").And.All.Contains("fast measure "));
        });
    }

    [TestCase("{}")]
    [TestCase("[]")]
    [TestCase("nonsense")]
    [TestCase("""{"bar":["1G"],"surplus":1}""")]
    public void A_file_that_is_no_matrix_is_refused_in_one_line(string text)
    {
        var path = Path.GetTempFileName();
        File.WriteAllText(path, text);
        Assert.That(() => MatrixFile.Read(path), Throws.TypeOf<LabException>().With.Message.Not.Contains("\n"));
        File.Delete(path);
    }

    [Test]
    public void A_kernel_is_named_by_version_release_or_package()
    {
        Assert.That(KernelEntry.Choose(Kernels, ["7.3", "6.12.107+deb13-amd64", "linux-image-6.1.0-56-amd64"]).Select(kernel => kernel.Version), Is.EqualTo(new[] { "7.3", "6.12", "6.1" }));
        Assert.That(() => KernelEntry.Choose(Kernels, ["5.10"]), Throws.TypeOf<LabException>().With.Message.Contains("6.1, 6.12, 6.16, 7.2, 7.3"));
    }

    [Test]
    public void Entries_are_resolved_from_an_index_with_the_packages_that_hold_the_files()
    {
        var index = DebianPackage.ReadIndex("""
            Package: linux-image-7.9.1+deb13-amd64
            Version: 7.9.1-1~bpo13+1
            Depends: linux-binary-7.9.1+deb13-amd64 (= 7.9.1-1~bpo13+1), linux-modules-7.9.1+deb13-amd64 (= 7.9.1-1~bpo13+1), kmod
            Description: empty
             with a continued line: no field
            Filename: pool/main/l/linux/image.deb
            SHA256: aa

            Package: linux-binary-7.9.1+deb13-amd64
            Version: 7.9.1-1~bpo13+1
            Filename: pool/main/l/linux/binary.deb
            SHA256: bb

            Package: linux-modules-7.9.1+deb13-amd64
            Version: 7.9.1-1~bpo13+1
            Filename: pool/main/l/linux/modules.deb
            SHA256: cc

            """);
        var entry = DebianPackage.Resolve(index, "linux-image-7.9.1+deb13-amd64", "trixie-backports");
        Assert.Multiple(() =>
        {
            Assert.That((entry.Version, entry.Release), Is.EqualTo(("7.9", "7.9.1+deb13-amd64")));
            Assert.That(entry.Files, Is.EqualTo(new[] { new PoolFile("debian", "pool/main/l/linux/binary.deb", "bb"), new PoolFile("debian", "pool/main/l/linux/modules.deb", "cc") }));
            Assert.That(JsonSerializer.Serialize(entry, LabJson.Default.KernelEntry), Does.Contain("\"sha256\": \"bb\"").And.Not.Contain("release"));
            Assert.That(() => DebianPackage.Resolve(index, "linux-image-1", "sid"), Throws.TypeOf<LabException>());
            Assert.That(DebianMirror.ArchiveOf("bookworm-security"), Is.EqualTo("debian-security"));
        });
    }
}
