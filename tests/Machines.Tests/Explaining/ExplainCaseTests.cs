using Fast.Machines;

namespace Fast.Tests;

/// <summary>Each rule has a constructed listing that triggers it and no other.</summary>
public sealed class ExplainCaseTests
{
    [Test]
    public void Every_rule_has_one_case() => Assert.That(ExplainCases.All.Select(each => each.Rule), Is.EqualTo(Enum.GetValues<LeafRule>()));

    [Test]
    public void Every_case_has_a_title() => Assert.That(ExplainCases.All.Select(each => each.Title), Has.All.Not.Empty);

    [TestCaseSource(typeof(ExplainCases), nameof(ExplainCases.All))]
    public void A_listing_is_read_without_a_note(ExplainCase each)
    {
        var selection = PciListing.Read(each.Listing, each.Id).SelectGpus();
        Assert.That(selection.Error, Is.Null);
        Assert.That(selection.Notes, Is.Empty);
    }
}
