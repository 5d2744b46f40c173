namespace Fast.Generators.Model;

/// <summary>Where a partial type stands and what it is (<c>struct</c>, <c>record struct</c>), so that its other part can be written. Reachable: all of the
/// assembly can name it.</summary>
internal sealed record HierarchySpec(string Namespace, EquatableArray<string> Containers, string Kind, string Name, bool IsReachable)
{
    /// <summary>The type as another file would name it.</summary>
    public string FullName =>
        "global::" + (Namespace.Length == 0 ? "" : Namespace + ".") + string.Concat(Containers.Select(container => NameOf(container) + ".")) + Name;

    /// <summary>File name of the emitted part, without extension.</summary>
    public string FileName => (Namespace.Length == 0 ? "" : Namespace + ".") + string.Concat(Containers.Select(container => NameOf(container) + ".")) + Name;

    private static string NameOf(string container) => container.Substring(container.LastIndexOf(' ') + 1);
}
