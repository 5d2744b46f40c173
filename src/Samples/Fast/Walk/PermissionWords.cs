using System.Collections.Immutable;
using Fast.PageTables;

namespace Fast.Tool.Walk;

/// <summary>Permissions as words and as letters.</summary>
internal static class PermissionWords
{
    /// <summary>One word for each: <c>read</c>, <c>write</c>, <c>execute</c>, <c>user</c>, <c>userExecute</c>.</summary>
    public static ImmutableArray<string> Of(Permissions permissions) =>
        [.. Enum.GetValues<Permissions>().Where(one => one is not (Permissions.None or Permissions.ReadWrite) && permissions.HasFlag(one)).Select(Words.Of)];

    /// <summary><c>rw- user</c>: read, write, execute as everywhere, and who else may.</summary>
    public static string Text(IReadOnlyCollection<string> words)
    {
        string[] letters = [words.Contains("read") ? "r" : "-", words.Contains("write") ? "w" : "-", words.Contains("execute") ? "x" : "-"];
        return string.Concat(letters) + (words.Contains("user") ? " user" : "") + (words.Contains("userExecute") ? " userExecute" : "");
    }
}
