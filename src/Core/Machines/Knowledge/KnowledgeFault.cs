namespace Fast.Machines;

/// <summary>Something in a knowledge file that is not as it must be; becomes the error text of <see cref="Knowledge.TryRead"/>.</summary>
/// <param name="line">Line, from 1.</param>
/// <param name="path">The field, or empty for the document.</param>
/// <param name="what">What is wrong.</param>
internal sealed class KnowledgeFault(int line, string path, string what) : Exception(what)
{
    /// <summary>Line, from 1.</summary>
    internal int Line { get; } = line;

    /// <summary>The field.</summary>
    internal string Path { get; } = path;
}
