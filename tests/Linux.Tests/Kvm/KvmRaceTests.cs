using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.KvmRig;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

/// <summary>Guest faults against changes of the host: between any two steps, and on real threads.</summary>
public class KvmRaceTests
{
    private static readonly (string Name, Action<KvmRig> Change)[] Changes =
    [
        ("zap", rig => rig.Device.SetMemoryDecode(false)),
        ("zap and back", rig => { rig.Device.SetMemoryDecode(false); rig.Device.SetMemoryDecode(true); }),
        ("munmap of a page", rig => rig.Mm.Munmap(new Va(At + M2), K4)),
        ("munmap", rig => rig.Mm.Munmap(new Va(At), Bytes)),
        ("mprotect", rig => rig.Mm.Mprotect(new Va(At), Bytes, AreaFlags.Read)),
        ("mremap", rig => rig.Mm.Mremap(new Va(At), Bytes, Bytes, new Va(At + (64 * G1)))),
        ("another frame behind the same address", rig =>
        {
            rig.Mm.Munmap(new Va(At), G1);
            rig.Bar.Mmap(rig.Mm, new Va(At), G1, G1, ReadWrite, out _);
            rig.Mm.Populate(new Va(At), G1, write: true);
        }),
        ("memslot gone", rig => rig.Vm.RemoveMemslot(rig.Slot)),
    ];

    /// <summary>Scenario 65 for KVM, which unlike type1 must not keep what it looked up.</summary>
    [Test]
    public void I_kvm_whatever_changes_between_two_steps_of_a_fault_nothing_outdated_is_installed([Values] HostLookup lookup, [Values] bool warm, [Range(0, 7)] int change, [Range(0, 2)] int after)
    {
        using var rig = new KvmRig(lookup);
        if (warm) rig.Warm();
        var gfn = GuestAt(K4);
        var fault = new KvmPageFault(rig.Vm, rig.Slot, gfn, write: true);
        Step(0, fault.TakeSnapshot);
        var errno = Errno.None;
        Step(1, () => errno = fault.LookUp());
        Step(2, () => errno = errno == Errno.None ? fault.Install() : errno);

        void Step(int number, Action step)
        {
            step();
            if (number == after) Changes[change].Change(rig);
        }

        Assert.That(rig.Violation(), Is.Null, Changes[change].Name);
        if (after == 1 && errno != Errno.EAGAIN) Assert.Fail($"{Changes[change].Name} was not noticed: {errno}");
        if (after == 1) Assert.That(fault.Counts.Retries, Is.EqualTo(1));
    }

    [Test]
    public void A_fault_inside_of_a_range_that_is_being_invalidated_waits_and_one_outside_does_not()
    {
        using var rig = new KvmRig(HostLookup.OneWalk);
        rig.Warm();
        rig.Vm.InvalidateRangeStart(new Va(At + G1), new Va(At + (2 * G1) - 1));
        Assert.That(Try(GuestAt(G1)), Is.EqualTo(Errno.EAGAIN));
        Assert.That(Try(GuestAt(G1 - K4)), Is.EqualTo(Errno.None), "just before it");
        Assert.That(Try(GuestAt(2 * G1)), Is.EqualTo(Errno.None), "just behind it");
        rig.Vm.InvalidateRangeEnd(new Va(At + G1), new Va(At + (2 * G1) - 1));
        Assert.That(Try(GuestAt(G1)), Is.EqualTo(Errno.None));

        Errno Try(Gfn gfn)
        {
            var fault = new KvmPageFault(rig.Vm, rig.Slot, gfn, write: false);
            fault.TakeSnapshot();
            var errno = fault.LookUp();
            return errno == Errno.None ? fault.Install() : errno;
        }
    }

    [Test]
    public void One_walk_needs_no_lock_while_another_thread_holds_mmap_lock()
    {
        using var rig = new KvmRig(HostLookup.OneWalk);
        rig.Warm();
        using var held = new ManualResetEventSlim();
        using var done = new ManualResetEventSlim();
        var holder = Task.Run(() =>
        {
            lock (rig.Mm.MmapLock)
            {
                held.Set();
                done.Wait();
            }
        });
        held.Wait();
        try
        {
            Assert.That(Task.Run(() => rig.Vm.Access(GuestAt(0), write: true)).Wait(TimeSpan.FromSeconds(30)), "the fault waits for mmap_lock");
        }
        finally
        {
            done.Set();
            holder.Wait();
        }

        Assert.That(rig.Stage2Leaves, Is.EqualTo("1 x 1G"));
    }

    [Test]
    public void Real_threads_fault_while_the_host_changes([Values] HostLookup lookup) => Race(lookup, seed: 1, rounds: 100);

    /// <summary>dotnet test tests/Linux.Tests -c Release --filter FullyQualifiedName~Real_threads_for_long (half an hour).</summary>
    [Test, Explicit("half an hour")]
    public void Real_threads_for_long([Values] HostLookup lookup) => Race(lookup, seed: 2, rounds: 100_000);

    private static void Race(HostLookup lookup, int seed, int rounds)
    {
        using var rig = new KvmRig(lookup);
        var stop = 0;
        var accesses = 0L;
        Task VCpu(int number) => Task.Run(() =>
        {
            var random = new Random((seed * 100) + number);
            while (Volatile.Read(ref stop) == 0)
            {
                rig.Vm.Access(GuestAt((ulong)random.NextInt64((long)Bytes)), random.Next(2) == 0);
                Interlocked.Increment(ref accesses);
            }
        });

        Task[] vcpus = [VCpu(1), VCpu(2)];
        var host = new Random(seed);
        string? violation = null;
        for (var round = 0; round < rounds && violation is null; round++)
        {
            Change(rig, host);
            violation = rig.Violation();
            // Each change falls among accesses; nobody is kept out for ever.
            var before = Interlocked.Read(ref accesses);
            Assert.That(SpinWait.SpinUntil(() => Interlocked.Read(ref accesses) > before + 1, TimeSpan.FromSeconds(30)), "no guest gets through any more");
        }

        Volatile.Write(ref stop, 1);
        Task.WaitAll(vcpus);
        Assert.That(violation ?? rig.Violation(), Is.Null, $"seed {seed}");
        Assert.That(rig.Vm.Counters.Stage2Faults, Is.Positive);
        Assert.That(rig.Vm.Counters.Stage2Zapped, Is.Positive);
        TestContext.Out.WriteLine($"{accesses} accesses, {rig.Vm.Counters}");
    }

    private static void Change(KvmRig rig, Random random)
    {
        var start = (ulong)random.Next(4) * G1;
        var offset = start + ((ulong)random.Next(4) * M2) + ((ulong)random.Next(3) * K4);
        switch (random.Next(5))
        {
            case 0:
                rig.Device.SetMemoryDecode(false);
                Thread.SpinWait(random.Next(5000));
                rig.Device.SetMemoryDecode(true);
                break;
            case 1:
                rig.Mm.Mprotect(new Va(At + offset), K4 << random.Next(10), AreaFlags.Read | (random.Next(2) == 0 ? AreaFlags.Write : AreaFlags.None));
                break;
            case 2:
                rig.Mm.Munmap(new Va(At + offset), K4 << random.Next(10));
                break;
            case 3:
                // Whole again, and other frames behind it.
                lock (rig.Mm.MmapLock)
                {
                    rig.Mm.Munmap(new Va(At + start), G1);
                    rig.Bar.Mmap(rig.Mm, new Va(At + start), (ulong)random.Next(4) * G1, G1, ReadWrite, out _);
                }

                break;
            default:
                lock (rig.Mm.MmapLock) rig.Mm.Populate(new Va(At + start), M2, write: false);
                break;
        }
    }
}
