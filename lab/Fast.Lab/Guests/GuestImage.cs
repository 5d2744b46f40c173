using System.Text;

namespace Fast.Lab;

/// <summary>The root file system of a guest: busybox, modules, the tool with its libraries, and the jobs.</summary>
internal static class GuestImage
{
    /// <summary>Writes one.</summary>
    /// <param name="path">The archive to write.</param>
    /// <param name="parts">What goes in.</param>
    /// <param name="cancellation">Stops between files.</param>
    public static async Task WriteAsync(string path, GuestParts parts, CancellationToken cancellation)
    {
        await using var output = File.Create(path);
        var cpio = new CpioWriter(output);
        foreach (var folder in (string[])["proc", "sys", "dev", "tmp", "run", "root"]) cpio.Folder(folder);
        cpio.Character("dev/console", 5, 1);
        cpio.File("bin/busybox", await File.ReadAllBytesAsync(parts.Busybox, cancellation), isExecutable: true);
        cpio.Link("bin/sh", "busybox");
        using (var reader = new StreamReader(typeof(GuestImage).Assembly.GetManifestResourceStream("guest-init.sh")!))
            cpio.File("init", Encoding.UTF8.GetBytes(await reader.ReadToEndAsync(cancellation)), isExecutable: true);
        foreach (var (name, content) in parts.Modules.InOrder) cpio.File($"modules/{name}.ko", content);
        cpio.File("modules/order", Encoding.ASCII.GetBytes(string.Concat(parts.Modules.InOrder.Select(module => module.Name + "\n"))));
        cpio.File("lab/jobs", Encoding.UTF8.GetBytes(parts.Jobs));
        cpio.File("lab/settings", Encoding.UTF8.GetBytes(parts.Settings));
        cpio.File("etc/passwd", "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"u8);
        cpio.File("etc/group", "root:x:0:\nnogroup:x:65534:\n"u8);
        if (parts.Tool is { } tool) await AddProgramAsync(cpio, "bin/fast", tool, cancellation);
        cpio.Finish();
    }

    /// <summary>A program that was linked dynamically, with the libraries that this machine's loader finds for it.</summary>
    private static async Task AddProgramAsync(CpioWriter cpio, string path, string program, CancellationToken cancellation)
    {
        cpio.File(path, await File.ReadAllBytesAsync(program, cancellation), isExecutable: true);
        var text = Encoding.UTF8.GetString(await ChildProcess.RunAsync("ldd", [program], cancellation));
        foreach (var library in LibrariesOf(text)) cpio.File(library.TrimStart('/'), await File.ReadAllBytesAsync(library, cancellation), isExecutable: true);
    }

    /// <summary>The paths in the output of ldd: what stands behind an arrow, and the loader, which stands alone.</summary>
    internal static IEnumerable<string> LibrariesOf(string ldd) => ldd.Split('\n')
        .Select(line => line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries).FirstOrDefault(word => word.StartsWith('/')))
        .OfType<string>().Distinct(StringComparer.Ordinal);
}

/// <summary>What goes into a guest.</summary>
/// <param name="Busybox">A static busybox of this machine.</param>
/// <param name="Modules">Modules to load.</param>
/// <param name="Tool">The tool as one file, or <see langword="null"/>.</param>
/// <param name="Settings">Variables for the init script.</param>
/// <param name="Jobs">What to do: lines for the guest's shell.</param>
internal sealed record GuestParts(string Busybox, ModuleSet Modules, string? Tool, string Settings, string Jobs);
