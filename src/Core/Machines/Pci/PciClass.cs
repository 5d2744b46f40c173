using System.Globalization;

namespace Fast.Machines;

/// <summary>The few PCI classes that matter here (PCI Code and ID Assignment Specification).</summary>
internal static class PciClass
{
    private static readonly (int Code, string Name, string Word)[] GpuClasses =
    [
        (0x0300, "VGA compatible controller", "VGA"),
        (0x0302, "3D controller", "3D controller"),
        (0x0380, "Display controller", "Display controller"),
        (0x1200, "Processing accelerators", "Processing accelerator"),
    ];

    /// <summary>Whether words or code name a display controller or a processing accelerator.</summary>
    internal static bool IsGpu(string text, int? code)
    {
        foreach (var known in GpuClasses)
        {
            if (code == known.Code || text.StartsWith(known.Word, StringComparison.OrdinalIgnoreCase)) return true;
        }

        return false;
    }

    /// <summary>The words for a class and subclass.</summary>
    internal static string NameOf(int code)
    {
        foreach (var known in GpuClasses)
        {
            if (code == known.Code) return known.Name;
        }

        return "Class " + code.ToString("x4", CultureInfo.InvariantCulture);
    }
}
