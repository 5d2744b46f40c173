using System.Collections;

namespace Fast.PageTables.Tests.Changes;

/// <summary>Every declared format that has all operations.</summary>
internal sealed class EveryFormat : IEnumerable
{
    private static readonly Type[] Needed = [typeof(IRunFormat), typeof(IProtectFormat), typeof(ISplitFormat), typeof(IAccessedFormat), typeof(IDirtyFormat)];

    public IEnumerator GetEnumerator() => typeof(X64L4).Assembly.GetTypes().Concat(typeof(EveryFormat).Assembly.GetTypes())
        .Where(type => type.IsValueType && Needed.All(need => need.IsAssignableFrom(type)))
        .OrderBy(type => type.Name, StringComparer.Ordinal)
        .Select(type => new TestFixtureData { TypeArgs = [type] })
        .GetEnumerator();
}
