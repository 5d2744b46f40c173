using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Host;

/// <summary>Reads the PCI functions of this machine from sysfs. Linux only; needs no privilege.</summary>
public static class SysfsPci
{
    /// <summary>Where Linux lists PCI functions.</summary>
    public const string DefaultRoot = "/" + Folder;

    /// <summary>The same below the root of a tree.</summary>
    internal const string Folder = "sys/bus/pci/devices";

    // Flags of the third column (include/linux/ioport.h).
    private const ulong FlagIo = 0x100;
    private const ulong FlagMemory = 0x200;
    private const ulong FlagPrefetch = 0x2000;
    private const ulong Flag64 = 0x0010_0000;
    private const ulong FlagUnset = 0x2000_0000;
    private const int RomLine = 6;

    /// <summary>Reads all functions.</summary>
    /// <param name="root">The folder with one entry for each function.</param>
    /// <exception cref="HostException">There is no such folder, or nothing in it.</exception>
    public static SysfsPciDevices Read(string root = DefaultRoot)
    {
        ArgumentNullException.ThrowIfNull(root);
        if (!Directory.Exists(root)) throw new HostException(Missing(root));
        var devices = ImmutableArray.CreateBuilder<SysfsPciDevice>();
        var notes = ImmutableArray.CreateBuilder<string>();
        foreach (var folder in Directory.GetDirectories(root).Order(StringComparer.Ordinal))
        {
            try
            {
                devices.Add(ReadDevice(folder));
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
            {
                notes.Add($"{Path.GetFileName(folder)} could not be read and is left out: {exception.Message.ReplaceLineEndings(" ")}");
            }
        }

        if (devices.Count > 0) return new SysfsPciDevices(devices.ToImmutable(), notes.ToImmutable());
        throw new HostException(notes.Count > 0
            ? $"{root}: {notes[0]}; name a file with the output of 'lspci -vv' instead"
            : $"{root}: no PCI device on this machine; name a file with the output of 'lspci -vv' of the host instead");
    }

    private static string Missing(string root) => OperatingSystem.IsLinux()
        ? $"{root}: no such folder; mount sysfs, or name a file with the output of 'lspci -vv' instead"
        : $"{root}: this machine is read through Linux's sysfs, and this is not Linux; name a file with the output of 'lspci -vv' of the host instead";

    private static SysfsPciDevice ReadDevice(string folder)
    {
        var driver = new FileInfo(Path.Combine(folder, "driver")).LinkTarget;
        return new SysfsPciDevice(
            Path.GetFileName(folder),
            ReadNumber(folder, "class"),
            ReadNumber(folder, "vendor"),
            ReadNumber(folder, "device"),
            driver is null ? null : Path.GetFileName(driver),
            Path.Exists(Path.Combine(folder, "physfn")),
            ReadRegions(Path.Combine(folder, "resource")));
    }

    private static int ReadNumber(string folder, string name)
    {
        var text = File.ReadAllText(Path.Combine(folder, name)).Trim();
        return TryParseHex(text, out var number) && number <= 0xff_ffff ? (int)number : throw new FormatException($"'{name}' says '{text}', not a hexadecimal number");
    }

    private static ImmutableArray<SysfsRegion> ReadRegions(string path)
    {
        var regions = ImmutableArray.CreateBuilder<SysfsRegion>();
        var index = 0;
        foreach (var line in File.ReadLines(path))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length == 0) continue;
            if (columns.Length != 3 || !TryParseHex(columns[0], out var start) || !TryParseHex(columns[1], out var last) || !TryParseHex(columns[2], out var flags))
                throw new FormatException($"line {(index + 1).ToString(CultureInfo.InvariantCulture)} of 'resource' is not three hexadecimal numbers");
            if (flags != 0 && last >= start && last - start != ulong.MaxValue) regions.Add(RegionOf(index, start, last, flags));
            index++;
        }

        return regions.ToImmutable();
    }

    private static SysfsRegion RegionOf(int index, ulong start, ulong last, ulong flags)
    {
        var kind = index switch
        {
            RomLine => SysfsRegionKind.Rom,
            > RomLine => SysfsRegionKind.Other,
            _ when (flags & FlagMemory) != 0 => SysfsRegionKind.Memory,
            _ when (flags & FlagIo) != 0 => SysfsRegionKind.IoPorts,
            _ => SysfsRegionKind.Other,
        };
        // A BAR without an address stands at 0 with its size; no kernel gives a memory BAR of a PCI function the address 0.
        var unassigned = (flags & FlagUnset) != 0 || (start == 0 && kind == SysfsRegionKind.Memory);
        return new SysfsRegion(index, kind, start, last - start + 1, (flags & Flag64) != 0, (flags & FlagPrefetch) != 0, unassigned);
    }

    private static bool TryParseHex(string text, out ulong number)
    {
        number = 0;
        return text.StartsWith("0x", StringComparison.Ordinal)
            && ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out number);
    }
}
