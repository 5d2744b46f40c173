using Fast.Host;

namespace Fast.Tool.Measure;

/// <summary>What is mapped, as the command line and the document call it.</summary>
internal static class MemoryWords
{
    /// <summary>The words for ordinary memory, the same as <c>fast map --ram</c> takes.</summary>
    public static readonly string[] Ram = ["4K", "thp", "2M", "1G"];

    /// <summary>The word for it.</summary>
    public static string Of(MeasuredMemory memory) => memory == MeasuredMemory.Bar ? "bar" : Ram[(int)memory - 1];

    /// <summary>The kind that a word stands for.</summary>
    public static MeasuredMemory? Find(string word) => Array.IndexOf(Ram, word) is >= 0 and var index ? (MeasuredMemory)(index + 1) : null;
}
