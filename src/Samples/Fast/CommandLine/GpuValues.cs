using System.CommandLine;
using Fast.Machines;

namespace Fast.Tool.CommandLine;

/// <summary>How many of a host's devices a guest gets.</summary>
internal static class GpuValues
{
    /// <summary>The option <c>--gpus</c>.</summary>
    public static Option<int?> Option() => Values.One("--gpus", "N", $"How many of the devices the guest gets; more than the listing has are like its last one, up to {GpuSelection.MostDevices} (default: all).", AddressValues.Number("devices", 1, GpuSelection.MostDevices));

    /// <summary>So many of the devices, or all.</summary>
    public static GpuSelection Select(ParseResult parse, Option<int?> option, GpuSelection all) => parse.GetValue(option) is { } count ? all.Take(count) : all;
}
