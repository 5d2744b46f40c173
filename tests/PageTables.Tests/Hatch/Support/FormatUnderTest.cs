using System.Reflection;

namespace Fast.PageTables.Tests.Hatch;

/// <summary>
/// A format by the name of its type, of the library or of a mutant of it. What it returns is turned into the library's own types, name by name, so that one suite
/// serves all.
/// </summary>
internal sealed class FormatUnderTest
{
    private readonly Type _type;
    private readonly Func<SegmentedMemory, ulong, Iova, WalkResult> _walk;

    public FormatUnderTest(Assembly library, string name)
    {
        _type = TypeOf(library, name) ?? throw new ArgumentException($"{library} has no {name}", nameof(name));
        Facts = (FormatFacts)_type.GetProperty(nameof(IPageTableFormat.Facts))!.GetValue(null)!;
        _walk = typeof(Contract).GetMethod(nameof(Contract.Walk))!.MakeGenericMethod(_type).CreateDelegate<Func<SegmentedMemory, ulong, Iova, WalkResult>>();
    }

    public FormatFacts Facts { get; }

    public static bool Exists(Assembly library, string name) => TypeOf(library, name) != null;

    public static Type? TypeOf(Assembly library, string name) => library.GetType("Fast.PageTables." + name);

    /// <summary>The walk, held against the other methods of the contract.</summary>
    public WalkResult Walk(SegmentedMemory memory, ulong root, Iova input) => _walk(memory, root, input);

    /// <summary>Calls a static method of the format.</summary>
    public T Call<T>(string method, params object[] arguments) => (T)Copied(_type.GetMethod(method)!.Invoke(null, arguments), typeof(T))!;

    /// <summary>Calls a static method of the format that is generic in the memory.</summary>
    public T CallOver<T>(string method, params object[] arguments) =>
        (T)Copied(_type.GetMethod(method)!.MakeGenericMethod(typeof(SegmentedMemory)).Invoke(null, arguments), typeof(T))!;

    private static object? Copied(object? value, Type to)
    {
        to = Nullable.GetUnderlyingType(to) ?? to;
        if (value == null || value.GetType() == to) return value;
        if (to.IsEnum) return Enum.Parse(to, value.ToString()!);
        object copy = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(to);
        foreach (var property in to.GetProperties().Where(property => property.CanWrite))
            property.SetValue(copy, Of(property));
        foreach (var property in to.GetProperties().Where(property => !property.CanWrite))
            if (!Equals(property.GetValue(copy), Of(property))) throw new InvalidOperationException($"{property.Name} of {value} is not that of {copy}");
        return copy;

        object? Of(PropertyInfo property) => Copied(value.GetType().GetProperty(property.Name)!.GetValue(value), property.PropertyType);
    }
}
