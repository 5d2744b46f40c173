namespace Fast.PageTables.Testing;

/// <summary>One operation, by emitted code and plainly; both return something that depends on all they did.</summary>
/// <param name="Name">The operation.</param>
/// <param name="Against">The plain way.</param>
/// <param name="Pages">Pages in one run of either.</param>
/// <param name="Emitted">By emitted code.</param>
/// <param name="Plain">Plainly.</param>
internal sealed record FormatWork(string Name, string Against, int Pages, Func<ulong> Emitted, Func<ulong> Plain);

/// <summary>Operations of one format; the constraints of the class that implements it say which formats have them.</summary>
internal interface IFormatWork
{
    IEnumerable<FormatWork> All { get; }
}
