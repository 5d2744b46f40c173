using System.Collections.Immutable;
using System.Net.Http;
using System.Text;

namespace Fast.Lab;

/// <summary>The Debian mirror that this machine's apt uses, asked for at run time; <c>FAST_LAB_MIRROR</c> names another (the part before <c>/debian</c>).</summary>
internal sealed class DebianMirror : IDisposable
{
    private const string Variable = "FAST_LAB_MIRROR";

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromMinutes(30) };
    private ImmutableArray<string>? _sites;

    /// <summary>Fetches a file of an archive.</summary>
    /// <exception cref="LabException">It cannot be had.</exception>
    public async Task FetchAsync(string archive, string path, string target, CancellationToken cancellation)
    {
        var site = await SiteAsync(archive, cancellation);
        var part = target + ".part";
        try
        {
            using (var response = await _http.GetAsync($"{site}/{path}", HttpCompletionOption.ResponseHeadersRead, cancellation))
            {
                if (!response.IsSuccessStatusCode) throw new LabException($"{path} cannot be had: the mirror answers {(int)response.StatusCode}");
                await using var file = File.Create(part);
                await response.Content.CopyToAsync(file, cancellation);
            }

            File.Move(part, target, overwrite: true);
        }
        catch (HttpRequestException exception)
        {
            throw new LabException($"{path} cannot be had: {exception.Message}");
        }
        finally
        {
            File.Delete(part);
        }
    }

    /// <summary>The packages of a suite, as their stanzas.</summary>
    /// <exception cref="LabException">The suite cannot be had.</exception>
    public async Task<ImmutableArray<DebianPackage>> IndexAsync(string suite, string work, CancellationToken cancellation)
    {
        Directory.CreateDirectory(work);
        var packed = Path.Combine(work, suite + ".xz");
        await FetchAsync(ArchiveOf(suite), $"dists/{suite}/main/binary-amd64/Packages.xz", packed, cancellation);
        return DebianPackage.ReadIndex(Encoding.UTF8.GetString(await ChildProcess.RunAsync("xz", ["-dc", packed], cancellation)));
    }

    /// <summary>The archive that holds a suite.</summary>
    public static string ArchiveOf(string suite) => suite.EndsWith("-security", StringComparison.Ordinal) ? "debian-security" : "debian";

    /// <inheritdoc/>
    public void Dispose() => _http.Dispose();

    private async Task<string> SiteAsync(string archive, CancellationToken cancellation)
    {
        if (Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } named) return $"{named.TrimEnd('/')}/{archive}";
        _sites ??= [.. Encoding.UTF8.GetString(await ChildProcess.RunAsync("apt-get", ["indextargets", "--format", "$(SITE)", "Created-By: Packages"], cancellation))
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Distinct(StringComparer.Ordinal)];
        return _sites.Value.Select(site => site.TrimEnd('/')).FirstOrDefault(site => site.EndsWith("/" + archive, StringComparison.Ordinal))
            ?? throw new LabException($"apt knows no mirror of {archive}; {Variable} can name one");
    }
}
