using Fast.Host;

namespace Fast.Tests.Images;

/// <summary>The root in the form in which a register or a table entry has it.</summary>
public sealed class RootRegisterTests
{
    [TestCase("x86-64-4l", 0x8000_0001_2345_6005UL, 0x1_2345_6000UL)]
    [TestCase("x86-64-5l", 0x6000_0000_0010_0018UL, 0x10_0000UL)]
    [TestCase("x86-pae", 0x0000_0000_0123_4560UL, 0x0123_4560UL)]
    [TestCase("x86-32", 0x0000_0000_0123_4018UL, 0x0123_4000UL)]
    [TestCase("ept-4l", 0x0000_0012_3456_705eUL, 0x12_3456_7000UL)]
    [TestCase("amd-v1", 0x6000_0001_2345_6603UL, 0x1_2345_6002UL)]
    [TestCase("armv8-s1-4k", 0x0017_0000_4123_4001UL, 0x4123_4000UL)]
    [TestCase("armv8-s1-64k-lpa", 0x0017_0000_4123_0005UL, 0x0001_0000_4123_0000UL)]
    [TestCase("riscv-sv48", 0x9000_0000_0008_1234UL, 0x8123_4000UL)]
    [TestCase("riscv-sv39", 0x8123_4000UL, 0x8123_4000UL)]
    [TestCase("riscv-sv39x4", 0x8000_0000_0008_1234UL, 0x8123_4000UL)]
    public void It_is_taken_out_of_the_register(string id, ulong register, ulong root)
    {
        Assert.That(RootRegister.TryRead(ImageWalkers.Find(id)!.Facts, register, out var word, out var error), error);
        Assert.That(word, Is.EqualTo(root), $"0x{word:x}");
    }

    [Test]
    public void A_device_table_entry_without_levels_is_refused() => Assert.Multiple(() =>
    {
        Assert.That(RootRegister.TryRead(ImageWalkers.Find("amd-v1")!.Facts, 0x123_4000, out _, out var error), Is.False);
        Assert.That(error, Does.Contain("mode (bits 11:9) is 0").And.Contain("0x1234803"));
    });
}
