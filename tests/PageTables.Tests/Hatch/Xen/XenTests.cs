namespace Fast.PageTables.Tests.Hatch.Xen;

public sealed class XenTests
{
    private static IEnumerable<TestCaseData> Rows() => XenSubject.All.SelectMany(subject => Vectors(subject.Name)
        .Select(row => new TestCaseData(subject, row).SetArgDisplayNames(row.ToString())));

    private static IEnumerable<TestCaseData> Walks() => XenSubject.All.SelectMany(subject => XenWalks.All
        .Select(walk => new TestCaseData(subject, walk.Run).SetArgDisplayNames(subject.Name, walk.Name)));

    private static IReadOnlyList<VectorRow> Vectors(string name) => VectorFile.Parse(name, Resources.Text(name));

    [TestCaseSource(nameof(Rows))]
    public void A_map_decodes_its_vectors(object subject, object row) => Assert.That(XenVectors.Failure((XenSubject)subject, (VectorRow)row), Is.Null);

    [Test]
    public void All_published_vectors_are_here()
    {
        Assert.That(Vectors("xen-p2m-ept"), Has.Count.EqualTo(8));
        Assert.That(Vectors("xen-p2m-npt"), Has.Count.EqualTo(6));
    }

    [TestCaseSource(nameof(Walks))]
    public void A_walk_finds_what_Xen_means(object subject, object run) => Assert.That(((Func<XenSubject, string?>)run)((XenSubject)subject), Is.Null);
}
