namespace Fast.Host;

/// <summary>Counts how often functions of the kernel are called.</summary>
public interface ICallCounter
{
    /// <summary>Calls so far, by function.</summary>
    IReadOnlyDictionary<string, long> Read();
}
