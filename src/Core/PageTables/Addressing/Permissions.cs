namespace Fast.PageTables;

/// <summary>What a translation allows, after every level on the way to it has had its say.</summary>
[Flags]
public enum Permissions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read.</summary>
    Read = 1,

    /// <summary>Write.</summary>
    Write = 2,

    /// <summary>Execute, where the format can tell; where user and privileged execution differ, privileged.</summary>
    Execute = 4,

    /// <summary>Access from user mode, where the format can tell.</summary>
    User = 8,

    /// <summary>Execute from user mode, where it differs from <see cref="Execute"/>.</summary>
    UserExecute = 16,

    /// <summary>Read and write: what DMA asks for.</summary>
    ReadWrite = Read | Write,
}
