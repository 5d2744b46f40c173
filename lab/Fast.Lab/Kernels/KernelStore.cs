using System.Security.Cryptography;

namespace Fast.Lab;

/// <summary>Kernels, fetched once and kept: files by their checksums, and beside them what was unpacked.</summary>
/// <param name="folder">Where.</param>
/// <param name="mirror">Where they come from.</param>
internal sealed class KernelStore(string folder, DebianMirror mirror)
{
    /// <summary>A kernel, ready to boot.</summary>
    /// <exception cref="LabException">It cannot be had.</exception>
    public async Task<KernelFiles> GetAsync(KernelEntry kernel, CancellationToken cancellation)
    {
        var root = Path.Combine(folder, "kernels", kernel.Package);
        var complete = Path.Combine(root, ".complete");
        if (!File.Exists(complete))
        {
            if (Directory.Exists(root)) Directory.Delete(root, recursive: true);
            Directory.CreateDirectory(root);
            foreach (var file in kernel.Files) await ChildProcess.RunAsync("dpkg-deb", ["-x", await FetchAsync(file, cancellation), root], cancellation);
            await File.WriteAllTextAsync(complete, "", cancellation);
        }

        return KernelFiles.In(root, kernel);
    }

    private async Task<string> FetchAsync(PoolFile file, CancellationToken cancellation)
    {
        var pool = Directory.CreateDirectory(Path.Combine(folder, "pool")).FullName;
        var path = Path.Combine(pool, file.Name);
        if (!File.Exists(path)) await mirror.FetchAsync(file.Archive, file.Path, path, cancellation);
        await using (var stream = File.OpenRead(path))
        {
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellation)) == file.Sha256) return path;
        }

        File.Delete(path);
        throw new LabException($"{file.Name} is not the file that was pinned: its SHA-256 differs; it was deleted");
    }
}

/// <summary>An unpacked kernel.</summary>
/// <param name="Image">What QEMU boots.</param>
/// <param name="Modules">The folder of its modules.</param>
internal sealed record KernelFiles(string Image, string Modules)
{
    /// <summary>Finds both: Debian has moved them from the root to <c>usr</c>.</summary>
    public static KernelFiles In(string root, KernelEntry kernel)
    {
        var modules = Directory.EnumerateDirectories(root, "kernel", SearchOption.AllDirectories).FirstOrDefault(path => Path.GetFileName(Path.GetDirectoryName(path)) == kernel.Release);
        var image = Directory.EnumerateFiles(root, "vmlinuz*", SearchOption.AllDirectories).FirstOrDefault();
        return new KernelFiles(
            image ?? throw new LabException($"{kernel.Package} has no kernel image: are all files of it listed?"),
            modules ?? throw new LabException($"{kernel.Package} has no modules of {kernel.Release}: are all files of it listed?"));
    }
}
