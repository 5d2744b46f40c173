using Fast.Lab;

namespace Fast.Tests;

/// <summary>Every two values of two dimensions occur together in a row, if a possible row can have them.</summary>
public sealed class PairwiseTests
{
    [TestCase(new[] { 5, 3, 5, 5, 5, 3, 2 })]
    [TestCase(new[] { 2, 2 })]
    [TestCase(new[] { 1, 7, 1 })]
    public void All_pairs_are_covered_with_far_fewer_rows(int[] counts)
    {
        var rows = Pairwise.Cover(counts, _ => true);
        for (var first = 0; first < counts.Length; first++)
            for (var second = first + 1; second < counts.Length; second++)
                Assert.That(rows.Select(row => (row[first], row[second])).Distinct().Count(), Is.EqualTo(counts[first] * counts[second]), $"dimensions {first} and {second}");
        Assert.That(rows, Has.Count.LessThanOrEqualTo(Pairwise.All(counts).Count()));
        if (counts.Length > 3) Assert.That(rows, Has.Count.LessThan(60));
    }

    [Test]
    public void What_cannot_be_is_never_taken_and_does_not_stop_the_rest()
    {
        static bool Possible(int[] row) => row[0] + row[1] < 4;
        var rows = Pairwise.Cover([4, 4, 2], Possible);
        Assert.That(rows.All(Possible), Is.True);
        Assert.That(rows.Select(row => (row[0], row[1])).Distinct().Count(), Is.EqualTo(10));
    }

    [Test]
    public void The_same_dimensions_give_the_same_rows()
    {
        var first = Pairwise.Cover([3, 4, 2], _ => true);
        Assert.That(Pairwise.Cover([3, 4, 2], _ => true), Is.EqualTo(first));
    }

    [Test]
    public void All_is_every_combination_once() => Assert.That(Pairwise.All([2, 3, 4]).Select(row => string.Join(',', row)).Distinct().Count(), Is.EqualTo(24));
}
