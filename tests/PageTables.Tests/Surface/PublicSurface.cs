using System.ComponentModel;
using System.Reflection;
using System.Text;

namespace Fast.PageTables.Tests.Surface;

/// <summary>What an assembly shows to others, one line for each type and member, in a fixed order.</summary>
internal static class PublicSurface
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Of(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().Where(type => !IsEmittedPart(type)).OrderBy(type => type.FullName, StringComparer.Ordinal)) Add(text, type);
        return text.ToString();
    }

    private static void Add(StringBuilder text, Type type)
    {
        text.Append(Kind(type)).Append(' ').Append(Name(type));
        var contracts = type.GetInterfaces().Where(contract => contract.IsPublic).Select(Name).Order(StringComparer.Ordinal).ToList();
        if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(ValueType) && parent != typeof(Enum)) contracts.Insert(0, Name(parent));
        if (contracts.Count != 0 && !type.IsEnum) text.Append(" : ").AppendJoin(", ", contracts);
        text.Append('\n');
        // Members of what is emitted are those of the contracts that stand in the line.
        if (IsEmitted(type)) return;
        foreach (var line in type.GetMembers(Declared).Where(IsShown).Select(Member).OfType<string>().Order(StringComparer.Ordinal)) text.Append("    ").Append(line).Append('\n');
    }

    private static bool IsEmitted(Type type) => type.GetCustomAttributes().Any(attribute => attribute is PageTableFormatAttribute or BatchPinAttribute or TwoStageAttribute);

    private static bool IsEmittedPart(Type type) => type.DeclaringType is { } outer && (IsEmitted(outer) || IsEmittedPart(outer));

    private static bool IsShown(MemberInfo member) => member switch
    {
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        FieldInfo field => field.IsPublic || field.IsFamily,
        PropertyInfo property => property.GetAccessors(true).Any(IsShown),
        _ => false,
    };

    private static string? Member(MemberInfo member) => member switch
    {
        // What a record gets by itself.
        MethodInfo method when method.IsSpecialName && !method.Name.StartsWith("op_", StringComparison.Ordinal) => null,
        MethodInfo { Name: "<Clone>$" or "PrintMembers" or "GetHashCode" or "Equals" or "Deconstruct" or "op_Equality" or "op_Inequality" } => null,
        PropertyInfo { Name: "EqualityContract" } => null,
        FieldInfo { Name: "value__" } => null,
        MethodInfo method => $"{(method.IsStatic ? "static " : "")}{Name(method.ReturnType)} {method.Name}{Generics(method.IsGenericMethod ? method.GetGenericArguments() : [])}({Parameters(method)})",
        ConstructorInfo { IsStatic: true } => null,
        ConstructorInfo constructor => $"new({Parameters(constructor)})",
        PropertyInfo property => $"{(property.GetAccessors(true)[0].IsStatic ? "static " : "")}{Name(property.PropertyType)} {property.Name} {{{Accessor(property.GetMethod, "get")}{Setter(property)} }}",
        FieldInfo { IsLiteral: true } constant => $"const {constant.Name} = {constant.GetRawConstantValue()}",
        FieldInfo field => $"{(field.IsStatic ? "static " : "")}{Name(field.FieldType)} {field.Name}",
        _ => null,
    };

    private static string Accessor(MethodInfo? method, string word) => method != null && IsShown(method) ? $" {word};" : "";

    private static string Setter(PropertyInfo property) =>
        Accessor(property.SetMethod, property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers().Any(modifier => modifier.Name == "IsExternalInit") == true ? "init" : "set");

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(parameter =>
        $"{(parameter.IsOut ? "out " : parameter.IsIn ? "in " : parameter.ParameterType.IsByRef ? "ref " : "")}{Name(parameter.ParameterType)} {parameter.Name}{(parameter.HasDefaultValue ? $" = {parameter.DefaultValue ?? "null"}" : "")}"));

    private static string Generics(Type[] arguments) => arguments.Length == 0 ? "" : $"<{string.Join(", ", arguments.Select(Constrained))}>";

    private static string Constrained(Type argument)
    {
        var needed = argument.IsGenericParameter ? argument.GetGenericParameterConstraints().Where(constraint => constraint != typeof(ValueType)).Select(Name).ToList() : [];
        return argument.Name + (needed.Count == 0 ? "" : " : " + string.Join(" & ", needed));
    }

    private static string Name(Type type)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } value) return Name(value) + "?";
        var name = type.IsNested && !type.IsGenericParameter ? $"{Name(type.DeclaringType!)}.{type.Name}" : type.Name;
        if (!type.IsGenericType || !type.Name.Contains('`', StringComparison.Ordinal)) return name;
        return $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(argument => type.IsGenericTypeDefinition ? Constrained(argument) : Name(argument)))}>";
    }

    private static string Kind(Type type) => (type.GetCustomAttribute<EditorBrowsableAttribute>()?.State == EditorBrowsableState.Never ? "(for emitted code) " : "")
        + (type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsValueType ? "struct" : typeof(Delegate).IsAssignableFrom(type) ? "delegate" : type.IsAbstract && type.IsSealed ? "static class" : "class");
}
