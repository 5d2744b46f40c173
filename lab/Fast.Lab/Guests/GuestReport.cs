using System.Collections.Immutable;
using System.Globalization;

namespace Fast.Lab;

/// <summary>What a job in the guest came to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Output">Its standard output.</param>
/// <param name="Errors">Its standard error.</param>
/// <param name="ExitCode">Its exit code.</param>
internal sealed record JobResult(string Name, string Output, string Errors, int ExitCode);

/// <summary>Reads the lines of a guest's second serial port as they come.</summary>
internal sealed class GuestReport
{
    private readonly List<JobResult> _jobs = [];
    private readonly List<string> _notes = [];
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];

    /// <summary>The kernel's release as the guest says it, once it is up.</summary>
    public string? Release { get; private set; }

    /// <summary>Whether all jobs were done.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>The jobs that are done.</summary>
    public IReadOnlyList<JobResult> Jobs => _jobs;

    /// <summary>What the guest remarked.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The job at work, or <see langword="null"/>.</summary>
    public string? Current { get; private set; }

    /// <summary>Takes a line.</summary>
    /// <returns>What a job says that holds something and waits for the host; otherwise <see langword="null"/>.</returns>
    public string? Take(string line)
    {
        line = line.TrimEnd('\r');
        if (line.StartsWith("> ", StringComparison.Ordinal)) _output.Add(line[2..]);
        else if (line.StartsWith("! ", StringComparison.Ordinal)) _errors.Add(line[2..]);
        else if (line.StartsWith('@')) return Command(line.Split(' ', 3));
        return null;
    }

    /// <summary>The result of a job.</summary>
    /// <exception cref="LabException">The guest did not come so far.</exception>
    public JobResult Job(string name) => _jobs.Find(job => job.Name == name) ?? throw new LabException($"the guest did not get to '{name}'{(Current is { } at ? $"; it ended in '{at}'" : "")}");

    private string? Command(string[] words)
    {
        switch (words)
        {
            case ["@up", var release, ..]:
                Release = release;
                break;
            case ["@down", ..]:
                IsComplete = true;
                break;
            case ["@note", ..]:
                _notes.Add(string.Join(' ', words[1..]));
                break;
            case ["@job", var name, ..]:
                Current = name;
                _output.Clear();
                _errors.Clear();
                break;
            case ["@held", _, var rest]:
                return rest;
            case ["@end", var name, var code]:
                _jobs.Add(new JobResult(name, string.Join('\n', _output), string.Join('\n', _errors), int.Parse(code, CultureInfo.InvariantCulture)));
                Current = null;
                break;
        }

        return null;
    }
}
