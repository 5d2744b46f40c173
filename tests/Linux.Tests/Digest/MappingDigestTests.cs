using Fast.Linux;
using Fast.PageTables;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class MappingDigestTests
{
    [Test]
    public void It_does_not_depend_on_the_sizes_of_leaves()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        using var other = new LinuxRig(KernelProfiles.Linux73);
        var range = IovaRange.Of(new Iova(G1 + M2), 2 * G1);
        rig.VtdTable.Map(range, new Pfn((5 * G1 + M2) >> Pfn.Shift), Permissions.ReadWrite);
        other.VtdTable.Map(range, new Pfn((5 * G1 + M2) >> Pfn.Shift), Permissions.ReadWrite, PageSize.Size4K);
        Assert.That(rig.IommuLeaves, Is.Not.EqualTo(other.IommuLeaves));
        Assert.That(rig.Digest, Is.EqualTo(other.Digest));
    }

    [Test]
    public void It_depends_on_address_frame_length_permissions_and_holes()
    {
        var digests = new HashSet<MappingDigest>
        {
            Of(G1, 7, 3, Permissions.ReadWrite),
            Of(G1 + K4, 7, 3, Permissions.ReadWrite),
            Of(G1, 8, 3, Permissions.ReadWrite),
            Of(G1, 7, 4, Permissions.ReadWrite),
            Of(G1, 7, 3, Permissions.Read),
            Of(G1, 7, 3, Permissions.ReadWrite, hole: 1),
        };
        Assert.That(digests, Has.Count.EqualTo(6));
    }

    [Test]
    public void It_is_the_same_on_every_machine()
    {
        // XxHash3 of nothing, and of one run's 32 bytes.
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        Assert.That(rig.Digest.ToString(), Is.EqualTo("2d06800538d394c2"));
        var bytes = new byte[32];
        BitConverter.TryWriteBytes(bytes, G1);
        bytes[8] = 7;
        bytes[16] = 3;
        bytes[24] = 3;
        Assert.That(Of(G1, 7, 3, Permissions.ReadWrite).Value, Is.EqualTo(System.IO.Hashing.XxHash3.HashToUInt64(bytes)));
    }

    [Test]
    public void More_runs_than_one_read_takes_are_still_one_stream()
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        var bytes = new List<byte>();
        for (ulong run = 0; run < 1000; run++)
        {
            rig.VtdTable.Map(IovaRange.Of(new Iova(run * 2 * K4), K4), new Pfn(9), Permissions.Read);
            foreach (var word in new[] { run * 2 * K4, 9UL, 1UL, 1UL }) bytes.AddRange(BitConverter.GetBytes(word));
        }

        Assert.That(rig.Digest.Value, Is.EqualTo(System.IO.Hashing.XxHash3.HashToUInt64(bytes.ToArray())));
    }

    private static MappingDigest Of(ulong iova, ulong frame, ulong pages, Permissions permissions, ulong? hole = null)
    {
        using var rig = new LinuxRig(KernelProfiles.Linux73);
        rig.VtdTable.Map(IovaRange.Of(new Iova(iova), pages * K4), new Pfn(frame), permissions);
        if (hole is { } page) rig.VtdTable.Unmap(IovaRange.Of(new Iova(iova + (page * K4)), K4));
        return rig.Digest;
    }
}
