namespace Fast.PageTables;

/// <summary>How the input-address bits above the translated ones must look.</summary>
public enum IaRule
{
    /// <summary>All zero.</summary>
    ZeroExtend,

    /// <summary>All equal to the highest translated bit (x86-64: canonical).</summary>
    SignExtend,
}

/// <summary>What a permission bit permits.</summary>
public enum Right
{
    /// <summary>Read.</summary>
    Read,

    /// <summary>Write.</summary>
    Write,

    /// <summary>Execute; where user and privileged execution differ, privileged.</summary>
    Execute,

    /// <summary>Access from user mode.</summary>
    User,

    /// <summary>Execute from user mode, where it differs from <see cref="Execute"/>.</summary>
    UserExecute,
}

/// <summary>What a set permission bit does.</summary>
public enum Polarity
{
    /// <summary>Allows.</summary>
    Allow,

    /// <summary>Denies.</summary>
    Deny,
}

/// <summary>How permission bits of the levels of a walk combine.</summary>
public enum Combine
{
    /// <summary>Only the leaf's bit counts.</summary>
    Leaf,

    /// <summary>Every level must allow.</summary>
    AndDown,

    /// <summary>Any level can deny.</summary>
    OrDown,
}

/// <summary>What the generator emits for a format.</summary>
[Flags]
public enum Operations
{
    /// <summary>Facts only.</summary>
    None = 0,

    /// <summary>Walk, follow, translate one.</summary>
    Walk = 1,

    /// <summary>Translate in order with a cursor, and in batches; range scan returning runs.</summary>
    Runs = 2 | Walk,

    /// <summary>Map and unmap of ranges.</summary>
    Map = 4 | Walk,

    /// <summary>Changing permissions in place.</summary>
    Protect = 8 | Map,

    /// <summary>Splitting a leaf into smaller ones and collapsing them again.</summary>
    Split = 16 | Map,

    /// <summary>Reading and clearing what hardware notes in leaves, as far as the format declares accessed and dirty bits.</summary>
    Harvest = 32 | Map,

    /// <summary>Everything.</summary>
    All = Walk | Runs | Map | Protect | Split | Harvest,
}
