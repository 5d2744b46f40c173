namespace Fast.PageTables.Tests.Scanning;

[NonParallelizable]
public sealed class ScanVariantTests
{
    [TestCase("scalar", ScanVariant.Scalar)]
    [TestCase("Scalar", ScanVariant.Scalar)]
    public void A_variant_is_forced_by_name(string name, ScanVariant variant) => Assert.That(ScanVariants.Choose(name), Is.EqualTo(variant));

    [TestCase(null)]
    [TestCase("")]
    public void Nothing_said_means_the_widest_of_this_machine(string? name) =>
        Assert.That(ScanVariants.Choose(name), Is.EqualTo(ScanVariants.Supported.Max()));

    [TestCase("avx512")]
    [TestCase("3")]
    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase("scalar,vector128")]
    [TestCase(" ")]
    public void An_unknown_variant_is_an_error_that_names_the_known_ones(string name) => Assert.That(
        () => ScanVariants.Choose(name),
        Throws.InvalidOperationException.With.Message.Contains($"Fast.PageTables.Scan='{name}' names no scan: use scalar, vector128, vector256 or vector512"));

    [Test]
    public void A_variant_that_this_machine_lacks_is_an_error_that_names_the_widest()
    {
        foreach (var variant in Enum.GetValues<ScanVariant>())
        {
            var name = variant.ToString();
            if (ScanVariants.IsSupported(variant)) Assert.That(ScanVariants.Choose(name), Is.EqualTo(variant));
            else Assert.That(() => ScanVariants.Choose(name), Throws.InvalidOperationException.With.Message.Contains($"the widest here is {ScanVariants.Supported.Max()}"));
        }
    }

    [Test]
    public void The_switch_decides_for_new_tables()
    {
        using var arena = new TableArena();
        try
        {
            AppContext.SetData(ScanVariants.SwitchName, "scalar");
            Assert.That(ScanVariants.Default, Is.EqualTo(ScanVariant.Scalar));
            Assert.That(new PageTable<X64L4>(arena).Scan, Is.EqualTo(ScanVariant.Scalar));
            AppContext.SetData(ScanVariants.SwitchName, "fastest");
            Assert.That(() => new PageTable<X64L4>(arena), Throws.InvalidOperationException.With.Message.Contains("'fastest' names no scan"));
        }
        finally
        {
            AppContext.SetData(ScanVariants.SwitchName, null);
        }
    }

    [Test]
    public void A_table_refuses_a_variant_that_this_machine_lacks()
    {
        using var arena = new TableArena();
        Assert.That(() => new PageTable<X64L4>(arena) { Scan = (ScanVariant)17 }, Throws.ArgumentException.With.Message.Contains("this machine has no 17"));
        Assert.That(new PageTable<X64L4>(arena) { Scan = ScanVariant.Vector128 }.Scan, Is.EqualTo(ScanVariant.Vector128));
    }
}
