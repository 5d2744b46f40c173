using Fast.Host;

namespace Fast.Tests;

/// <summary>A measurement over a kernel that fails at any call: an error in one line, and nothing left behind.</summary>
public sealed class DmaMeasurementTests
{
    private static readonly MeasureCase Bar = new() { Region = 2, Bytes = 1UL << 30 };
    private static readonly MeasureCase Memory = new() { Memory = MeasuredMemory.Thp, Bytes = 4 << 20 };

    private static IEnumerable<TestCaseData> Cases =>
    [
        new TestCaseData(Bar, false).SetArgDisplayNames("BAR, type1"), new TestCaseData(Bar with { VaSkew = null }, false).SetArgDisplayNames("BAR anywhere, type1"),
        new TestCaseData(Memory, false).SetArgDisplayNames("memory, type1"), new TestCaseData(Memory with { Memory = MeasuredMemory.Hugetlb2M }, false).SetArgDisplayNames("hugetlb, type1"),
        new TestCaseData(Bar, true).SetArgDisplayNames("BAR, iommufd"), new TestCaseData(Memory, true).SetArgDisplayNames("memory, iommufd"),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Whichever_call_fails_nothing_is_left_and_one_line_says_why(MeasureCase wanted, bool isIommufd)
    {
        using var host = new FakeHost();
        var whole = new FakeKernel();
        Run(host, whole, wanted, isIommufd);
        Assert.That(whole.Calls, Is.GreaterThan(9));
        var refused = 0;
        for (var step = 0; step < whole.Calls; step++)
        {
            foreach (var errno in new[] { 1, 12, 16 })
            {
                var kernel = new FakeKernel { FailAt = step, Errno = errno };
                var ledger = new HostLedger(kernel);
                var failure = Failure(host, ledger, wanted, isIommufd);
                // Advice that is not taken stops nothing.
                if (kernel.Trace[step].StartsWith("madvise", StringComparison.Ordinal)) Assert.That(failure, Is.Null);
                else Assert.That(failure, Is.Not.Null, kernel.Trace[step]);
                if (failure is not null) refused++;
                Assert.That(failure?.Message ?? "", Does.Not.Contain("\n").And.Length.LessThan(400), kernel.Trace[step]);
                Assert.That((kernel.LeftOpen, kernel.LeftMapped, kernel.LeftForDma), Is.EqualTo((Array.Empty<string>(), 0, 0)), $"{kernel.Trace[step]} fails with {errno}");
                Assert.That(ledger.IsBalanced, Is.True, ledger.ToString());
            }
        }

        Assert.That(refused, Is.GreaterThan(3 * 8));
    }

    [TestCaseSource(nameof(Cases))]
    public void Stopping_between_any_two_requests_leaves_nothing(MeasureCase wanted, bool isIommufd)
    {
        using var host = new FakeHost();
        var all = new FakeKernel();
        Run(host, all, wanted, isIommufd);
        for (var step = 0; step < all.Calls; step++)
        {
            using var stop = new CancellationTokenSource();
            var kernel = new StoppingKernel(new FakeKernel(), step, stop);
            try
            {
                Measure(host, kernel, wanted, isIommufd, stop.Token);
            }
            catch (OperationCanceledException)
            {
                // Late enough, and there is nothing to stop.
            }

            Assert.That((kernel.Inner.LeftOpen, kernel.Inner.LeftMapped, kernel.Inner.LeftForDma), Is.EqualTo((Array.Empty<string>(), 0, 0)), $"stopped after {step}");
        }
    }

    [Test]
    public void What_happens_while_it_is_mapped_may_throw()
    {
        using var host = new FakeHost();
        var kernel = new FakeKernel();
        using (var session = Type1Session.Open(kernel, host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address)))
        {
            var measurement = new DmaMeasurement(session, host.Tree, host.Device) { WhileMapped = _ => throw new OperationCanceledException() };
            Assert.That(() => measurement.Measure(Bar, 1, CancellationToken.None), Throws.InstanceOf<OperationCanceledException>());
            Assert.That((kernel.LeftMapped, kernel.LeftForDma), Is.EqualTo((0, 0)));
        }

        Assert.That(kernel.LeftOpen, Is.Empty);
    }

    [TestCase(0UL)]
    [TestCase(2UL << 20)]
    [TestCase(4096UL)]
    [TestCase((1UL << 30) - 4096)]
    public void The_mmap_is_off_by_what_was_asked(ulong skew)
    {
        using var host = new FakeHost();
        var point = Run(host, new FakeKernel(), Bar with { Offset = 8192, Bytes = 1 << 20, VaSkew = skew, IovaSkew = 12288 }, isIommufd: false);
        Assert.Multiple(() =>
        {
            Assert.That(point.Physical, Is.EqualTo((64UL << 30) + 8192));
            Assert.That(Congruent.Skew(point.Va, point.Physical), Is.EqualTo(skew));
            Assert.That(Congruent.Skew(point.Iova, point.Physical), Is.EqualTo(12288));
            Assert.That(point.Iova, Is.GreaterThanOrEqualTo(4UL << 30).And.LessThan(1UL << 39));
        });
    }

    [Test]
    public void Each_round_makes_a_fresh_mmap_and_maps_twice()
    {
        using var host = new FakeHost();
        var kernel = new FakeKernel();
        var point = Run(host, kernel, Bar, isIommufd: false, rounds: 3);
        Assert.Multiple(() =>
        {
            Assert.That(point.Rounds, Has.Length.EqualTo(3));
            Assert.That(kernel.Trace.Count(step => step.EndsWith(" 113", StringComparison.Ordinal)), Is.EqualTo(6));
            Assert.That(kernel.Trace.Count(step => step.EndsWith(" 114", StringComparison.Ordinal)), Is.EqualTo(6));
            Assert.That(kernel.Trace.Count(step => step == "mmap BarFixed"), Is.EqualTo(3));
            Assert.That(point.Rounds.Select(round => round.MapFirst.Nanoseconds), Has.All.EqualTo(100));
        });
    }

    [Test]
    public void Only_what_may_be_mmapped_is()
    {
        using var host = new FakeHost();
        var kernel = new FakeKernel { SparseAreas = [(0, 1 << 20), (2 << 20, (1 << 30) - (2 << 20))] };
        using var session = Type1Session.Open(kernel, host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address));
        var measurement = new DmaMeasurement(session, host.Tree, host.Device);
        Assert.Multiple(() =>
        {
            Assert.That(measurement.Region(2).Areas, Is.EqualTo(new[] { new VfioMappableArea(0, 1 << 20), new VfioMappableArea(2 << 20, (1 << 30) - (2 << 20)) }));
            Assert.That(session.PageSizes, Is.EqualTo(0x40201000));
            Assert.That(session.Windows, Is.EqualTo(new[] { (0UL, 0xFEDFFFFFUL), (0xFEF00000UL, (1UL << 39) - 1) }));
            Assert.That(() => measurement.Measure(Bar, 1, CancellationToken.None), Throws.TypeOf<HostException>().With.Message.Contains("1M from 0, 1022M from 2M"));
            Assert.That(() => measurement.Measure(Bar with { Offset = 2 << 20, Bytes = 4 << 20 }, 1, CancellationToken.None), Throws.Nothing);
        });
    }

    [Test]
    public void Decode_is_switched_off_in_the_command_register()
    {
        using var host = new FakeHost();
        var kernel = new FakeKernel();
        using var session = Type1Session.Open(kernel, host.Tree, VfioBinding.Read(host.Tree, FakeHost.Address));
        new DmaMeasurement(session, host.Tree, host.Device).SwitchDecodeOff();
        Assert.That(kernel.Command, Is.EqualTo(4));
        Assert.That(kernel.Trace[^1], Is.EqualTo("pwrite 70000000004"));
    }

    [TestCase(12, "RLIMIT_MEMLOCK")]
    [TestCase(14, "decode off")]
    [TestCase(17, "EEXIST")]
    [TestCase(22, "outside what the IOMMU accepts")]
    public void A_refused_map_says_what_it_may_be(int errno, string what)
    {
        using var host = new FakeHost();
        Assert.That(Failure(host, new FakeKernel { MapErrno = errno }, Bar, isIommufd: false)?.Message, Does.StartWith("MAP_DMA of 1G at device address 0x").And.Contains(what));
    }

    [Test]
    public void A_kernel_without_dma_bufs_maps_no_BAR_through_iommufd()
    {
        using var host = new FakeHost();
        var kernel = new FakeKernel { HasDmaBufs = false };
        Assert.That(Failure(host, kernel, Bar, isIommufd: true)?.Message, Does.Contain("exports no BAR as a dma-buf").And.Contains("--backend type1"));
        Assert.That(kernel.LeftOpen, Is.Empty);
    }

    [FsCheck.NUnit.Property]
    public bool A_congruent_address_is_the_lowest(ulong least, ulong offset)
    {
        least >>= 16;
        var at = Congruent.AtOrAbove(least, offset);
        return at >= least && at - least < Congruent.Modulus && Congruent.Skew(at, offset) == 0;
    }

    private static MeasuredPoint Run(FakeHost host, FakeKernel kernel, MeasureCase wanted, bool isIommufd, int rounds = 1) =>
        Measure(host, kernel, wanted, isIommufd, CancellationToken.None, rounds);

    private static MeasuredPoint Measure(FakeHost host, IHostCalls kernel, MeasureCase wanted, bool isIommufd, CancellationToken cancellation, int rounds = 1)
    {
        var binding = VfioBinding.Read(host.Tree, FakeHost.Address);
        using DmaSession session = isIommufd ? IommufdSession.Open(kernel, host.Tree, binding) : Type1Session.Open(kernel, host.Tree, binding);
        return new DmaMeasurement(session, host.Tree, host.Device).Measure(wanted, rounds, cancellation);
    }

    private static HostException? Failure(FakeHost host, IHostCalls kernel, MeasureCase wanted, bool isIommufd)
    {
        try
        {
            Measure(host, kernel, wanted, isIommufd, CancellationToken.None);
            return null;
        }
        catch (HostException exception)
        {
            return exception;
        }
    }

    /// <summary>Asks for the end after some calls, as Ctrl-C does.</summary>
    private sealed class StoppingKernel(FakeKernel inner, int after, CancellationTokenSource stop) : IHostCalls
    {
        public FakeKernel Inner => inner;

        public long Open(string path) => Then(inner.Open(path));

        public long Close(int descriptor) => inner.Close(descriptor);

        public long Ioctl(int descriptor, uint request, Span<byte> argument) => Then(inner.Ioctl(descriptor, request, argument));

        public long Ioctl(int descriptor, uint request, long value) => Then(inner.Ioctl(descriptor, request, value));

        public long WriteAt(int descriptor, ulong offset, ReadOnlySpan<byte> bytes) => Then(inner.WriteAt(descriptor, offset, bytes));

        public long ReadAt(int descriptor, ulong offset, Span<byte> bytes) => Then(inner.ReadAt(descriptor, offset, bytes));

        public long Map(MappingKind kind, ulong at, ulong bytes, int descriptor, ulong offset) => Then(inner.Map(kind, at, bytes, descriptor, offset));

        public long Unmap(ulong address, ulong bytes) => inner.Unmap(address, bytes);

        public long Advise(ulong address, ulong bytes, MemoryAdvice advice) => Then(inner.Advise(address, bytes, advice));

        public long Nanoseconds() => inner.Nanoseconds();

        private long Then(long result)
        {
            if (inner.Calls > after) stop.Cancel();
            return result;
        }
    }
}
