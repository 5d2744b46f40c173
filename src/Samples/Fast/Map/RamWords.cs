using Fast.Linux;

namespace Fast.Tool.Map;

/// <summary>Kinds of memory as <c>--ram</c> names them.</summary>
internal static class RamWords
{
    private static readonly (string Word, RamKind Kind, string Title)[] Kinds =
    [
        ("4K", RamKind.Pages4K, "memory in pages of 4K"),
        ("thp", RamKind.Thp, "memory in transparent huge pages"),
        ("2M", RamKind.Hugetlb2M, "hugetlb memory in pages of 2M"),
        ("1G", RamKind.Hugetlb1G, "hugetlb memory in pages of 1G"),
    ];

    /// <summary>All words.</summary>
    public static IEnumerable<string> All => Kinds.Select(each => each.Word);

    /// <summary>The kind that a word names, or <see langword="null"/>.</summary>
    public static RamKind? Find(string word)
    {
        foreach (var each in Kinds)
        {
            if (each.Word == word) return each.Kind;
        }

        return null;
    }

    /// <summary>The word of a kind.</summary>
    public static string Of(RamKind kind) => Kinds.Single(each => each.Kind == kind).Word;

    /// <summary>A kind for people.</summary>
    public static string Title(RamKind kind) => Kinds.Single(each => each.Kind == kind).Title;
}
