using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Host;

/// <summary>
/// Counts calls with kprobes, through tracefs: one probe for each function, whose hits <c>kprobe_profile</c> counts. Needs root. All probes are taken away when it is disposed.
/// </summary>
public sealed class KprobeCounter : ICallCounter, IDisposable
{
    private const string Group = "fast";

    private readonly string _tracing;
    private readonly Dictionary<string, string> _functionOf = new(StringComparer.Ordinal);

    private KprobeCounter(string tracing) => _tracing = tracing;

    /// <summary>Functions that this kernel has no symbol for, or lets nobody probe: inlined, renamed, of another version.</summary>
    public ImmutableArray<string> Absent { get; private set; } = [];

    /// <summary>Sets the probes.</summary>
    /// <param name="tree">Where this machine shows itself.</param>
    /// <param name="functions">What to count; those that are not there are left out.</param>
    /// <exception cref="HostException">Nothing can be probed here.</exception>
    public static KprobeCounter Start(HostTree tree, IEnumerable<string> functions)
    {
        ArgumentNullException.ThrowIfNull(tree);
        ArgumentNullException.ThrowIfNull(functions);
        var tracing = tree.PathOf("sys/kernel/tracing");
        if (!File.Exists(Path.Combine(tracing, "kprobe_events")))
            throw new HostException($"{tracing} has no kprobe_events: run as root, mount tracefs, and use a kernel with CONFIG_KPROBE_EVENTS");
        var counter = new KprobeCounter(tracing);
        try
        {
            counter.SetProbes(KernelSymbols(tree, functions));
            return counter;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            counter.Dispose();
            throw new HostException($"probes cannot be set in {tracing}: {exception.Message.ReplaceLineEndings(" ")}; counting needs root");
        }
    }

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, long> Read()
    {
        var calls = _functionOf.Values.Distinct(StringComparer.Ordinal).ToDictionary(name => name, _ => 0L, StringComparer.Ordinal);
        foreach (var line in File.ReadLines(Path.Combine(_tracing, "kprobe_profile")))
        {
            var columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length < 3 || !_functionOf.TryGetValue(columns[0], out var function)) continue;
            // A probe that was hit while another one was handled is missed, not lost: the kernel counts it beside.
            calls[function] += long.Parse(columns[1], CultureInfo.InvariantCulture) + long.Parse(columns[2], CultureInfo.InvariantCulture);
        }

        return calls;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var probe in _functionOf.Keys)
        {
            try
            {
                File.WriteAllText(Path.Combine(_tracing, "events", Group, probe, "enable"), "0");
                Append("kprobe_events", $"-:{Group}/{probe}");
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                // It could not be set either, or somebody has taken it away.
            }
        }

        _functionOf.Clear();
    }

    private void SetProbes(IReadOnlyDictionary<string, ImmutableArray<string>> symbols)
    {
        var absent = ImmutableArray.CreateBuilder<string>();
        foreach (var (function, names) in symbols)
        {
            var before = _functionOf.Count;
            foreach (var symbol in names)
            {
                var probe = symbol.Replace('.', '_');
                try
                {
                    Append("kprobe_events", $"p:{Group}/{probe} {symbol}");
                    _functionOf[probe] = function;
                    File.WriteAllText(Path.Combine(_tracing, "events", Group, probe, "enable"), "1");
                }
                catch (IOException)
                {
                    // Functions that the kernel keeps probes away from.
                }
            }

            if (_functionOf.Count == before) absent.Add(function);
        }

        Absent = absent.ToImmutable();
        if (_functionOf.Count == 0) throw new HostException("this kernel has none of the functions that are counted: are its VFIO modules loaded?");
    }

    private void Append(string file, string line)
    {
        using var stream = new FileStream(Path.Combine(_tracing, file), FileMode.Append, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        stream.Write(System.Text.Encoding.ASCII.GetBytes(line + "\n"));
    }

    /// <summary>The symbols of each function: its name, and what compilers make of it (<c>.isra.0</c>, <c>.constprop.0</c>).</summary>
    private static Dictionary<string, ImmutableArray<string>> KernelSymbols(HostTree tree, IEnumerable<string> functions)
    {
        var found = functions.ToDictionary(function => function, _ => ImmutableArray.CreateBuilder<string>(), StringComparer.Ordinal);
        foreach (var line in File.ReadLines(tree.PathOf("proc/kallsyms")))
        {
            var columns = line.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            if (columns.Length < 3 || columns[1] is not ("t" or "T")) continue;
            var symbol = columns[2];
            var name = symbol.Contains('.', StringComparison.Ordinal) ? symbol[..symbol.IndexOf('.', StringComparison.Ordinal)] : symbol;
            // Parts that were split off are not calls of the function.
            if (found.TryGetValue(name, out var symbols) && !symbol.Contains(".cold", StringComparison.Ordinal) && !symbols.Contains(symbol)) symbols.Add(symbol);
        }

        return found.ToDictionary(each => each.Key, each => each.Value.ToImmutable(), StringComparer.Ordinal);
    }
}
