namespace Fast.Tool;

/// <summary>What the process returns.</summary>
internal enum ExitCode
{
    /// <summary>Done. A modelled errno is a result.</summary>
    Done = 0,

    /// <summary>Wrong usage or input: one line on standard error, nothing on standard output.</summary>
    WrongInput = 1,

    /// <summary>The prediction is above <c>--fail-over</c>, or a finding reaches <c>--fail-on</c>.</summary>
    LimitExceeded = 2,

    /// <summary>A defect of the tool.</summary>
    InternalFailure = 3,

    /// <summary>Stopped by Ctrl-C: 128 and SIGINT's number, as shells have it.</summary>
    Interrupted = 130,
}
