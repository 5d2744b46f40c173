namespace Fast.PageTables.Testing;

/// <summary>
/// Operations that a format may have or not. An operation that a format does not emit is a compile error, so code that takes any format finds out at run time
/// which constraints the format meets.
/// </summary>
internal static class Operation
{
    /// <summary>Whether a generic type is one of such formats.</summary>
    public static bool IsOf<TFormat>(Type generic) => Meets(typeof(TFormat), generic.GetGenericArguments()[0]);

    /// <summary>A static generic method of a class, for one format; <see langword="null"/> where the format does not have the operation.</summary>
    public static TDelegate? Of<TFormat, TDelegate>(Type owner, string method)
        where TDelegate : Delegate
    {
        var parameters = typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Length;
        var generic = owner.GetMethods().Single(one => one.Name == method && one.GetGenericArguments().Length == 1 && one.GetParameters().Length == parameters);
        return Meets(typeof(TFormat), generic.GetGenericArguments()[0]) ? generic.MakeGenericMethod(typeof(TFormat)).CreateDelegate<TDelegate>() : null;
    }

    private static bool Meets(Type format, Type parameter) => parameter.GetGenericParameterConstraints().All(needed => needed.IsAssignableFrom(format));
}
