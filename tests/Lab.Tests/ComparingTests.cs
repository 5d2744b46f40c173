using System.Collections.Immutable;
using Fast.Lab;
using Fast.Linux;
using Fast.PageTables;

namespace Fast.Tests;

/// <summary>A row agrees when every counter that both have is the same, and only then.</summary>
public sealed class ComparingTests
{
    private static readonly LabRow Row = new() { Kernel = "7.3", BarBytes = 1UL << 30, Bytes = 1UL << 30 };
    private static readonly RowCounts Counts = new(new MapCounts(1, 1, 2, 1, 1, 1, 1), new UnmapCounts(262144, 1), new MapCounts(1, 1, 1, 0, 0, 1, 1), new UnmapCounts(262144, 1), 0);

    [Test]
    public void Equal_counts_agree()
    {
        var result = RowResult.Of("7.3.4", Row, Counts, Counts, null);
        Assert.That((result.Status, result.Problem, result.Compared.Length), Is.EqualTo((RowStatus.Agrees, (string?)null, 19)));
    }

    [Test]
    public void One_count_more_differs_and_is_named()
    {
        var result = RowResult.Of("7.3.4", Row, Counts with { MapAgain = Counts.MapAgain with { Lookups = 2 } }, Counts, null);
        Assert.That((result.Status, result.Problem), Is.EqualTo((RowStatus.Differs, "mapAgain.lookups: kernel 2, model 1")));
        Assert.That(MatrixReport.Of("host", [result]).IsClean, Is.False);
    }

    [Test]
    public void Every_counter_can_make_a_row_differ()
    {
        var compared = Difference.Of(Counts, Counts);
        var more = new RowCounts(new MapCounts(9, 9, 9, 9, 9, 9, 9), new UnmapCounts(9, 9), new MapCounts(9, 9, 9, 9, 9, 9, 9), new UnmapCounts(9, 9), 9);
        Assert.That(Difference.Of(more, Counts).Count(counter => !counter.IsEqual), Is.EqualTo(compared.Length));
    }

    [Test]
    public void What_the_kernel_does_not_let_be_counted_is_left_out_but_not_what_matters()
    {
        var inlined = Counts with { UnmapFirst = Counts.UnmapFirst with { IommuUnmapCalls = null }, MapFirst = Counts.MapFirst with { HugeFaultCalls = null } };
        Assert.That(RowResult.Of("6.12", Row, inlined, Counts, null).Status, Is.EqualTo(RowStatus.Agrees));
        var blind = Counts with { MapFirst = Counts.MapFirst with { VaddrGetPfns = null } };
        Assert.That(RowResult.Of("6.12", Row, blind, Counts, null), Has.Property(nameof(RowResult.Status)).EqualTo(RowStatus.Failed).And.Property(nameof(RowResult.Problem)).Contains("vaddrGetPfns"));
    }

    [Test]
    public void A_kernel_that_could_not_be_had_is_no_pass()
    {
        var report = MatrixReport.Of("host", [RowResult.Without("9.9", Row, RowStatus.NoKernel, "the mirror answers 404")]);
        using var text = new StringWriter();
        MatrixText.Write(report, text);
        Assert.That(report.IsClean, Is.False);
        Assert.That(text.ToString(), Does.Contain("NO KERNEL").And.Contain("the mirror answers 404").And.Contain("0 of 1 rows agree"));
    }

    [Test]
    public void The_table_has_a_line_for_each_row_and_the_ratio()
    {
        var report = MatrixReport.Of("host", [RowResult.Of("7.3.4", Row, Counts, Counts, new InstructionCounts(15000, 8000, 62_000_000, 900, 1100, 1))]);
        using var text = new StringWriter();
        MatrixText.Write(report, text);
        Assert.That(text.ToString(), Does.Contain("1G of 1G").And.Contain("19 equal").And.Contain("62,000,000").And.Contain("31,004").And.Contain("1 of 1 rows agree"));
    }

    [Test]
    public void A_document_of_a_guest_is_read()
    {
        const string Request = """{"nanoseconds": 8000, "calls": {"vaddrGetPfns": 1, "gupAttempts": 1, "lookups": 2, "faults": 1, "hugeFaultCalls": 1, "chunks": 1, "iommuMapCalls": 1, "iovaToPhys": 0, "iommuUnmapCalls": null } }""";
        const string Requests = "\"mapFirst\": " + Request + ", \"unmapFirst\": " + Request + ", \"mapAgain\": " + Request + ", \"unmapAgain\": " + Request;
        const string Document = """{"points": [{"bar": 2, "vaSkew": 2097152, "pageTableBytes": 8192, """ + Requests + """, "fastPath": {"mapNanoseconds": 5, "unmapNanoseconds": 6, "leaves": 512}, "frames": null}, """
            + """{"bar": null, "vaSkew": null, "pageTableBytes": 1, """ + Requests + """, "fastPath": null, "frames": [{"pfn": 4096, "pages": 512}]}]}""";
        var points = GuestMeasurement.ReadAll(new JobResult("x", Document, "", 0));
        Assert.Multiple(() =>
        {
            Assert.That(points[0].VaSkew, Is.EqualTo(2UL << 20));
            Assert.That(points[0].Counts.MapFirst, Is.EqualTo(new MapCounts(1, 1, 2, 1, 1, 1, 1)));
            Assert.That(points[0].Counts.UnmapAgain.IommuUnmapCalls, Is.Null);
            Assert.That(points[0].Instructions, Is.EqualTo(new InstructionCounts(8000, 8000, 8000, 5, 6, 512)));
            Assert.That(points[1].Frames, Is.EqualTo(new[] { new RamStretch(new Pfn(4096), 512) }));
            Assert.That(points[1].Counts.PageTableBytes, Is.Null);
        });
        Assert.That(() => GuestMeasurement.ReadAll(new JobResult("x", "fast: no", "", 0)), Throws.TypeOf<LabException>());
        Assert.That(() => GuestMeasurement.ReadAll(new JobResult("x", "", "fast: measure: EBUSY", 1)), Throws.TypeOf<LabException>().With.Message.Contains("EBUSY"));
    }

    [TestCase("6.12", 2)]
    [TestCase("7.3", 2)]
    public void Memory_is_modelled_over_the_frames_of_the_guest(string kernel, int chunks)
    {
        ImmutableArray<RamStretch> frames = [new(new Pfn(0x1000), 600), new(new Pfn(0x9000), 424)];
        var counts = ModelledMemory.Execute(new LabRow { Kernel = kernel, Memory = "4K", Bytes = 4 << 20 }, frames);
        Assert.That((counts.MapFirst.Chunks, counts.MapFirst.IommuMapCalls, counts.UnmapFirst.IovaToPhys), Is.EqualTo(((long?)chunks, (long?)chunks, (long?)1025)));
        Assert.That(() => ModelledMemory.Execute(new LabRow { Kernel = kernel, Memory = "4K", Bytes = 8 << 20 }, frames), Throws.TypeOf<LabException>());
    }
}
