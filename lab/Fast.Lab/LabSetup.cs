using Fast.Host;

namespace Fast.Lab;

/// <summary>What every run of the lab needs: where it keeps things, the tool as one file, busybox, the kernels.</summary>
internal sealed class LabSetup : IDisposable
{
    private const string WorkVariable = "FAST_LAB_WORK";
    private const string BusyboxVariable = "FAST_LAB_BUSYBOX";

    private readonly DebianMirror _mirror = new();
    private readonly string? _tool;
    private readonly KernelStore _store;
    private string? _published;

    /// <summary>A setup.</summary>
    /// <param name="work">The folder that keeps kernels between runs, or <see langword="null"/>: <c>FAST_LAB_WORK</c>, or the user's cache.</param>
    /// <param name="tool">The tool, or <see langword="null"/>: it is published.</param>
    /// <param name="log">Where progress goes.</param>
    public LabSetup(string? work, string? tool, Action<string> log)
    {
        Folder = Directory.CreateDirectory(work ?? Environment.GetEnvironmentVariable(WorkVariable) ?? DefaultFolder()).FullName;
        (_tool, Log) = (tool, log);
        _store = new KernelStore(Folder, _mirror);
    }

    /// <summary>Where things are kept.</summary>
    public string Folder { get; }

    /// <summary>Where progress goes.</summary>
    public Action<string> Log { get; }

    /// <summary>The mirror.</summary>
    public DebianMirror Mirror => _mirror;

    /// <summary>The root of the repository that this program was built in.</summary>
    public static string Repository => field ??= FindRepository();

    /// <summary>What emulates, for reports.</summary>
    public static string Host => field ??= $"{HostMachine.Read(new HostTree()).Cpu}, software emulation";

    /// <summary>The list of kernels that comes with the lab.</summary>
    public static string KernelList => Path.Combine(Repository, "lab", "kernels.json");

    /// <summary>A static busybox.</summary>
    /// <exception cref="LabException">There is none.</exception>
    public static string Busybox => field ??= Environment.GetEnvironmentVariable(BusyboxVariable) ?? new[] { "/bin/busybox", "/usr/bin/busybox" }.FirstOrDefault(File.Exists)
        ?? throw new LabException($"no busybox: install busybox-static, or name one with {BusyboxVariable}");

    /// <summary>A kernel, fetched when it is not kept yet.</summary>
    public async Task<KernelFiles> KernelAsync(KernelEntry kernel, CancellationToken cancellation)
    {
        Log($"{kernel.Release}: kernel");
        return await _store.GetAsync(kernel, cancellation);
    }

    /// <summary>The tool as one file, published when none was named.</summary>
    public async Task<string> ToolAsync(CancellationToken cancellation)
    {
        if (_tool is not null) return File.Exists(_tool) ? _tool : throw new LabException($"{_tool}: no such file; leave --fast out to have the tool published");
        if (_published is not null) return _published;
        Log("publishing the tool as one file");
        var output = Path.Combine(Folder, "fast");
        await ChildProcess.RunAsync("dotnet", ["publish", Path.Combine(Repository, "src", "Samples", "Fast"), "-c", "Release", "-p:SingleFile=true", "-o", output], cancellation);
        return _published = Path.Combine(output, "fast");
    }

    /// <inheritdoc/>
    public void Dispose() => _mirror.Dispose();

    private static string DefaultFolder() => Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.Create), "fast-lab");

    private static string FindRepository()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Fast.sln"))) return folder;
        }

        throw new LabException("the lab runs from a checkout of its repository, and there is no Fast.sln above it");
    }
}
