using FsCheck.Fluent;

namespace Fast.PageTables.Tests.Addressing;

public sealed class BinarySizeTests
{
    [TestCase(0UL, "0")]
    [TestCase(1UL, "1")]
    [TestCase(1023UL, "1023")]
    [TestCase(1024UL, "1K")]
    [TestCase(4096UL, "4K")]
    [TestCase(4097UL, "4097")]
    [TestCase(2UL << 20, "2M")]
    [TestCase(1UL << 30, "1G")]
    [TestCase(34359738368UL, "32G")]
    [TestCase(1UL << 40, "1T")]
    [TestCase(1UL << 50, "1P")]
    [TestCase(8UL << 60, "8E")]
    [TestCase(1536UL, "1536")]
    [TestCase(ulong.MaxValue, "18446744073709551615")]
    public void A_size_is_written_in_its_shortest_exact_form(ulong bytes, string text) => Assert.That(BinarySize.Format(bytes), Is.EqualTo(text));

    [TestCase("4096", 4096UL)]
    [TestCase("4K", 4096UL)]
    [TestCase("4k", 4096UL)]
    [TestCase(" 2M ", 2UL << 20)]
    [TestCase("2MiB", 2UL << 20)]
    [TestCase("0x1000", 4096UL)]
    [TestCase("0XfF", 255UL)]
    [TestCase("15E", 15UL << 60)]
    [TestCase("0K", 0UL)]
    public void A_size_is_read_as_people_write_it(string text, ulong bytes)
    {
        Assert.That(BinarySize.TryParse(text, out var read, out var error), Is.True, error);
        Assert.That(read, Is.EqualTo(bytes));
        Assert.That(error, Is.Null);
    }

    [TestCase("", "is not a size", "write for example 4K")]
    [TestCase("K", "is not a size", "write for example 4K")]
    [TestCase("0x", "is not a size", "write for example 4K")]
    [TestCase("-4K", "is not a size", "write for example 4K")]
    [TestCase("4.5K", "is not a size", "write for example 4K")]
    [TestCase("4 K", "is not a size", "write for example 4K")]
    [TestCase("12Q", "unknown size suffix 'Q'", "use K, M, G, T, P or E")]
    [TestCase("16E", "does not fit in 64 bits", "largest")]
    [TestCase("18446744073709551616", "is not a size", "write for example 4K")]
    public void A_wrong_size_says_what_is_wrong_and_what_to_write(string text, string what, string remedy)
    {
        Assert.That(BinarySize.TryParse(text, out _, out var error), Is.False);
        Assert.That(error, Does.Contain($"'{text}'").And.Contain(what).And.Contain(remedy));
    }

    [Test]
    public void Every_size_survives_being_written_and_read() =>
        Sampling.ForSeeds(500, random =>
        {
            var bytes = random.NextWord() >> random.Next(64) << random.Next(64);
            Assert.That(BinarySize.TryParse(BinarySize.Format(bytes), out var read, out var error), Is.True, error);
            Assert.That(read, Is.EqualTo(bytes));
        });
}
