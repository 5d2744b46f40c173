using Fast.Host;
using Fast.Machines;
using Fast.PageTables;
using Fast.Tool.Check;

namespace Fast.Tool.Tests.Check;

/// <summary>What the self-test's results mean.</summary>
internal sealed class SelfTestFindingTests
{
    private static readonly SelfTestPart Good = new("4 KiB pages", 8192, 2, 0, default, [new PageTables.Run(new Iova(0x1000), new Pfn(5), 2, Permissions.ReadWrite)], true, null);

    [Test]
    public void A_self_test_that_went_well_finds_nothing() => Assert.That(SelfTestFindings.Of([Good]), Is.Empty);

    [Test]
    public void Runs_that_differ_are_errors() => Assert.That(Ids(Good with { Agrees = false }), Is.EqualTo(new[] { ("runs-disagree", Severity.Error) }));

    [Test]
    public void Hidden_frames_are_said_once() => Assert.That(Ids(Good with { Hidden = 2, Agrees = null }, Good with { Hidden = 2, Agrees = null }), Is.EqualTo(new[] { ("frames-hidden", Severity.Note) }));

    [Test]
    public void What_could_not_be_had_is_said() => Assert.That(Ids(Good with { Problem = "no pages" }), Is.EqualTo(new[] { ("self-test-incomplete", Severity.Note) }));

    private static IEnumerable<(string Id, Severity Severity)> Ids(params SelfTestPart[] parts) => SelfTestFindings.Of([.. parts]).Select(finding => (finding.Id, finding.Severity));
}
