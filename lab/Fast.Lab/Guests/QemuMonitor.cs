using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Fast.Lab;

/// <summary>QEMU's monitor (QMP): stops a guest, dumps its memory, asks for registers.</summary>
internal sealed class QemuMonitor : IDisposable
{
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly StreamReader _reader;
    private readonly StreamWriter _writer;

    private QemuMonitor(string path)
    {
        _socket.Connect(new UnixDomainSocketEndPoint(path));
        var stream = new NetworkStream(_socket);
        (_reader, _writer) = (new StreamReader(stream, Encoding.UTF8), new StreamWriter(stream, new UTF8Encoding(false)) { AutoFlush = true });
    }

    /// <summary>Connects to the monitor's socket.</summary>
    public static async Task<QemuMonitor> ConnectAsync(string path, CancellationToken cancellation)
    {
        var monitor = new QemuMonitor(path);
        await monitor._reader.ReadLineAsync(cancellation);
        await monitor.ExecuteAsync("qmp_capabilities", null, cancellation);
        return monitor;
    }

    /// <summary>Executes a command.</summary>
    /// <exception cref="LabException">QEMU refuses.</exception>
    public async Task<JsonNode?> ExecuteAsync(string command, JsonObject? arguments, CancellationToken cancellation)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null) request["arguments"] = arguments;
        await _writer.WriteLineAsync(request.ToJsonString().AsMemory(), cancellation);
        while (await _reader.ReadLineAsync(cancellation) is { } line)
        {
            var answer = JsonNode.Parse(line)!.AsObject();
            if (answer.TryGetPropertyValue("return", out var result)) return result;
            if (answer.TryGetPropertyValue("error", out var error)) throw new LabException($"QEMU refuses {command}: {error!["desc"]}");
            // The rest are events.
        }

        throw new LabException($"QEMU ended during {command}");
    }

    /// <summary>The first processor's CR3: the root of the tables that it runs on, which an idle processor keeps of the last process.</summary>
    public async Task<ulong> ReadCr3Async(CancellationToken cancellation)
    {
        var registers = (await ExecuteAsync("human-monitor-command", new JsonObject { ["command-line"] = "info registers" }, cancellation))!.GetValue<string>();
        return Cr3Of(registers) ?? throw new LabException("QEMU shows no CR3");
    }

    /// <summary>CR3 in the text of <c>info registers</c>.</summary>
    internal static ulong? Cr3Of(string registers)
    {
        const string Mark = "CR3=";
        var at = registers.IndexOf(Mark, StringComparison.Ordinal);
        if (at < 0) return null;
        var digits = new string([.. registers.AsSpan(at + Mark.Length).ToString().TakeWhile(char.IsAsciiHexDigit)]);
        return Convert.ToUInt64(digits, 16) & ~0xFFFUL;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _writer.Dispose();
        _reader.Dispose();
        _socket.Dispose();
    }
}
