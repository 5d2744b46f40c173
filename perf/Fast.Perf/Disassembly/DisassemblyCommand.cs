using System.Diagnostics;
using System.Text.RegularExpressions;

namespace Fast.Perf.Disassembly;

/// <summary><c>disassembly [FOLDER]</c>: the JIT's listings of the hot methods, one file each, without what differs from run to run.</summary>
public static partial class DisassemblyCommand
{
    /// <summary>Writes them into <paramref name="folder"/>.</summary>
    public static int Run(string folder, TextWriter errors)
    {
        var listings = Listings(Environment.ProcessPath!, typeof(DisassemblyCommand).Assembly.Location);
        Directory.CreateDirectory(folder);
        foreach (var (file, method, signature) in HotMethods.All)
        {
            if (Find(listings, method, signature) is not { } listing)
            {
                errors.WriteLine($"disassembly: the JIT listed no {method}; is this a release build?");
                return 1;
            }

            File.WriteAllText(Path.Combine(folder, $"{file}.asm"), listing);
        }

        return 0;
    }

    /// <summary>Runs <see cref="HotMethods.Exercise"/> in a child process and returns what its JIT listed.</summary>
    public static string Listings(string host, string assembly, string? widest = null)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo(host, [assembly, "exercise"]) { RedirectStandardOutput = true, RedirectStandardError = true };
            start.Environment["DOTNET_JitStdOutFile"] = file;
            start.Environment["DOTNET_JitDisasm"] = HotMethods.Filter;
            start.Environment["DOTNET_TieredCompilation"] = "0";
            if (widest == "256") start.Environment["DOTNET_EnableAVX512"] = "0";
            using var child = Process.Start(start)!;
            var said = child.StandardError.ReadToEndAsync();
            child.StandardOutput.ReadToEnd();
            child.WaitForExit();
            if (child.ExitCode != 0) throw new InvalidOperationException($"the listed process ended with {child.ExitCode}: {said.Result}");
            return File.ReadAllText(file);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>The listing of one method, or <see langword="null"/>; addresses and cookies that differ from run to run are replaced.</summary>
    public static string? Find(string listings, string method, string signature)
    {
        foreach (var listing in listings.Split("; Assembly listing for method ", StringSplitOptions.RemoveEmptyEntries))
        {
            var head = listing.AsSpan(0, Math.Max(0, listing.IndexOf('\n', StringComparison.Ordinal)));
            if (!head.Contains(method + "(", StringComparison.Ordinal) && !head.Contains(method + "[", StringComparison.Ordinal)) continue;
            if (!head.Contains(signature, StringComparison.Ordinal)) continue;
            var text = "; Assembly listing for method " + listing.ReplaceLineEndings("\n").TrimEnd() + "\n";
            return Cookie().Replace(TrailingSpace().Replace(text, "\n"), "$1COOKIE");
        }

        return null;
    }

    [GeneratedRegex(@"[ \t]+\n")]
    private static partial Regex TrailingSpace();

    // The stack cookie is a constant of the process, compared with a stack slot.
    [GeneratedRegex(@"((?:mov|cmp)\s+qword ptr \[rbp-0x[0-9A-F]+\], )0x[0-9A-F]{5,}")]
    private static partial Regex Cookie();
}
