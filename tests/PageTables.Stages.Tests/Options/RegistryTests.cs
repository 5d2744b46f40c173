namespace Fast.PageTables.Stages.Tests.Options;

/// <summary>The lists of formats that are emitted for the library and for this project.</summary>
public sealed class RegistryTests
{
    [Test]
    public void The_library_lists_every_format_that_it_declares_by_name()
    {
        var declared = typeof(X64L4).Assembly.GetExportedTypes().Where(type => type.IsValueType && type.GetInterface(nameof(IPageTableFormat)) is not null);
        Assert.That(HardwareFormats.All.Select(entry => entry.TypeName), Is.EquivalentTo(declared.Select(type => type.FullName)));
        Assert.That(HardwareFormats.All.Select(entry => entry.Name), Is.Ordered.Using((IComparer<string>)StringComparer.Ordinal).And.Unique);
        Assert.That(HardwareFormats.All.Select(entry => entry.Fingerprint), Is.Unique.And.All.Match("^[0-9a-f]{16}$"));
        Assert.That(HardwareFormats.All.Single(entry => entry.Name == "amd-v1").Facts, Is.SameAs(AmdV1.Facts));
    }

    [Test]
    public void A_project_that_declares_formats_has_a_list_of_its_own() => Assert.That(
        TestsFormats.All.Select(entry => (entry.Name, entry.TypeName, entry.Operations)),
        Is.EqualTo(new[] { ("stages-21", "Fast.PageTables.Stages.Tests.Stages21", Operations.All), ("stages-30", "Fast.PageTables.Stages.Tests.Stages30", Operations.All) }));

    [Test]
    public void What_the_property_does_not_name_is_not_emitted()
    {
        Assert.That(typeof(StagesLeftOut).GetInterfaces(), Is.Empty);
        Assert.That(typeof(StagesLeftOutToVtdSs4).GetInterfaces(), Is.Empty);
    }
}
