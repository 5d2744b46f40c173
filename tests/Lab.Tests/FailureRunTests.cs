using Fast.Lab;

namespace Fast.Tests;

/// <summary>Runs that were made to fail are all there, failed as they must, and left nothing.</summary>
public sealed class FailureRunTests
{
    private const string Good = """
        plain|0|0|{ "released": { "descriptors": 0, "mappings": 0 } }
        no-permission|1|0|fast: measure: /dev/vfio/1 may not be opened by this user: run as root
        not-viable|1|0|fast: measure: IOMMU group 3 is not viable: 0000:00:0c.1 is in it
        memlock|1|0|fast: measure: MAP_DMA of 4M: ENOMEM; more would be locked
        decode-off|1|0|fast: measure: MAP_DMA of 2M: EFAULT; the BAR cannot be touched
        """;

    [Test]
    public void A_whole_round_has_no_problem() => Assert.That(FailureRun.Problems(FailureRun.Read(Good), 1), Is.Empty);

    [TestCase("decode-off|1|0", "decode-off|1|1", "decode-off: the group is busy afterwards")]
    [TestCase("memlock|1|0", "memlock|3|0", "memlock: exit 3")]
    [TestCase("\"descriptors\": 0", "\"descriptors\": 2", "plain: exit 0")]
    [TestCase("no-permission|1|0", "other|1|0", "no-permission: 0 of 1 runs")]
    public void What_is_wrong_is_named(string right, string wrong, string problem) =>
        Assert.That(FailureRun.Problems(FailureRun.Read(Good.Replace(right, wrong, StringComparison.Ordinal)), 1), Has.Some.StartsWith(problem));

    [Test]
    public void The_guest_is_told_each_kind_and_how_often() =>
        Assert.That(FailureRun.Script(20), Does.Contain("-lt 20").And.Contain("one plain ").And.Contain("one no-permission ").And.Contain("one not-viable ").And.Contain("one memlock ").And.Contain("one decode-off "));
}
