namespace Fast.Linux;

/// <summary>How a container maps and unmaps.</summary>
public enum MapPath
{
    /// <summary>As Linux does, step by step.</summary>
    Kernel,

    /// <summary>From table to table by runs, and unmapped by leaves.</summary>
    Fast,
}
