using Fast.Linux;
using static Fast.Tests.LinuxRig;

namespace Fast.Tests;

public class IommuPageSizesTests
{
    private static IEnumerable<TestCaseData> Requests()
    {
        var amd = IommuKinds.AmdV1.Geometry.PageSizes;
        var vtd = IommuKinds.Vtd.Geometry.PageSizes;
        yield return new TestCaseData(vtd, 32 * G1, 64 * G1, 32 * G1, "1G x 32");
        yield return new TestCaseData(vtd, 32 * G1, (64 * G1) + K4, 32 * G1, "4K x 8388608");
        yield return new TestCaseData(vtd, 32 * G1, (64 * G1) + M2, 32 * G1, "2M x 16384");
        yield return new TestCaseData(vtd, G1 - K4, (2 * G1) - K4, (2 * G1) + (2 * K4), "4K x 1, 1G x 2, 4K x 1");
        yield return new TestCaseData(vtd, 0x3fe400000UL, 0x3fe400000UL, 0x4c0600000UL - 0x3fe400000UL, "2M x 14, 1G x 3, 2M x 3");
        yield return new TestCaseData(vtd, 0xfef80000UL, 0x208b95d000UL, 0x20000UL, "4K x 32");
        yield return new TestCaseData(amd, 32 * G1, 64 * G1, 32 * G1, "32G x 1");
        yield return new TestCaseData(amd, 0UL, 0UL, 3 * K4, "8K x 1, 4K x 1");
    }

    [TestCaseSource(nameof(Requests))]
    public void Groups_are_those_of_iommu_pgsize(ulong sizes, ulong iova, ulong physical, ulong bytes, string expected)
    {
        var groups = new List<string>();
        while (bytes > 0)
        {
            var size = IommuPageSizes.Choose(sizes, iova, physical, bytes, out var count);
            groups.Add($"{PageTables.BinarySize.Format(size)} x {count}");
            (iova, physical, bytes) = (iova + (size * count), physical + (size * count), bytes - (size * count));
        }

        Assert.That(string.Join(", ", groups), Is.EqualTo(expected));
    }
}
