namespace Fast.Tests;

/// <summary>The files of <c>Data</c>: real listings and logs; their sources are in its SOURCES.md.</summary>
internal static class TestData
{
    internal static string Folder => Path.Combine(AppContext.BaseDirectory, "Data");

    internal static string Read(string name) => File.ReadAllText(Path.Combine(Folder, name));

    /// <summary>Every file that is a listing.</summary>
    internal static string[] Listings { get; } =
    [
        "h100-host-lspci-vv.txt", "b200-host-lspci-regions.txt", "b300-guest-lspci-vv-region2-missing.txt", "h20-guest-lspci-v.txt",
        "radeon-vega10-host-lspci-vv.txt", "arc-a750-host-lspci-rebar-1g-below4g.txt", "mi300x-host-lspci-PP.txt",
    ];
}
