using System.ComponentModel;

namespace Fast.PageTables;

/// <summary><see cref="TableItems"/> for who knows a format by its facts only, and so its width at run time: reference implementations, tests.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public static class FactItems
{
    /// <inheritdoc cref="TableItems.Read"/>
    public static ulong Read(FormatFacts facts, ref ulong table, nuint index) =>
        IsNarrow(facts) ? NarrowItems.Read(ref table, index) : TableItems.Read(ref table, index);

    /// <inheritdoc cref="TableItems.Publish"/>
    public static void Publish(FormatFacts facts, ref ulong table, nuint index, ulong value)
    {
        if (IsNarrow(facts)) NarrowItems.Publish(ref table, index, value);
        else TableItems.Publish(ref table, index, value);
    }

    /// <inheritdoc cref="TableItems.Exchange"/>
    public static ulong Exchange(FormatFacts facts, ref ulong table, nuint index, ulong value, ulong expected) =>
        IsNarrow(facts) ? NarrowItems.Exchange(ref table, index, value, expected) : TableItems.Exchange(ref table, index, value, expected);

    private static bool IsNarrow(FormatFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        return facts.EntryBytes == 4;
    }
}
