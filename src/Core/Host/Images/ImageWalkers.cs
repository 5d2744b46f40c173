using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Host;

/// <summary>The formats that can be read in an image: all that the library declares.</summary>
public static class ImageWalkers
{
    /// <summary>All of them, in the order of their ids.</summary>
    public static ImmutableArray<ImageWalker> All { get; } =
    [
        .. new ImageWalker[]
        {
            new RunImageWalker<X64L4>(), new RunImageWalker<X64L5>(), new RunImageWalker<X86Pae>(), new RunImageWalker<X86L2>(),
            new RunImageWalker<EptL4>(), new RunImageWalker<EptL5>(), new RunImageWalker<NptL4>(),
            new RunImageWalker<VtdFs4>(), new RunImageWalker<VtdFs5>(), new RunImageWalker<VtdSs3>(), new RunImageWalker<VtdSs4>(), new RunImageWalker<VtdSs5>(),
            new RunImageWalker<AmdV1>(),
            new RunImageWalker<Armv8S1G4K>(), new RunImageWalker<Armv8S1G4KLpa2>(), new RunImageWalker<Armv8S1G16K>(), new RunImageWalker<Armv8S1G16KLpa2>(),
            new RunImageWalker<Armv8S1G64K>(), new RunImageWalker<Armv8S1G64KLpa>(),
            new RunImageWalker<Armv8S2G4K>(), new RunImageWalker<Armv8S2G4KIpa40>(), new RunImageWalker<Armv8S2G4KIpa42>(), new RunImageWalker<Armv8S2G16K>(), new RunImageWalker<Armv8S2G64K>(),
            new RunImageWalker<RiscvSv39>(), new RunImageWalker<RiscvSv48>(), new RunImageWalker<RiscvSv57>(), new RunImageWalker<RiscvSv39x4>(), new RunImageWalker<RiscvSv48x4>(),
            new LeafImageWalker<NvidiaV2>(), new LeafImageWalker<NvidiaV3>(), new LeafImageWalker<XenP2mEpt>(), new LeafImageWalker<XenP2mNpt>(),
        }.OrderBy(walker => walker.Facts.Name, StringComparer.Ordinal),
    ];

    /// <summary>The one of that id, or <see langword="null"/>.</summary>
    public static ImageWalker? Find(string id) => All.FirstOrDefault(walker => walker.Facts.Name.Equals(id, StringComparison.OrdinalIgnoreCase));
}
