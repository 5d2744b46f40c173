using Fast.Generators.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace Fast.Generators.Parsing;

/// <summary>Reads where a type stands.</summary>
internal static class HierarchyParser
{
    public static HierarchySpec Parse(INamedTypeSymbol type)
    {
        var containers = new List<string>();
        for (var outer = type.ContainingType; outer != null; outer = outer.ContainingType)
            containers.Insert(0, "partial " + KindOf(outer) + " " + outer.Name);
        var ns = type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString();
        return new HierarchySpec(ns, EquatableArray<string>.From(containers), KindOf(type), type.Name, IsReachable(type));
    }

    /// <summary>Whether code anywhere in the assembly can name the type.</summary>
    private static bool IsReachable(INamedTypeSymbol? type)
    {
        for (; type != null; type = type.ContainingType)
            if (type.DeclaredAccessibility is not (Accessibility.Public or Accessibility.Internal or Accessibility.ProtectedOrInternal)) return false;
        return true;
    }

    /// <summary>Whether the type or one around it has type parameters.</summary>
    public static bool IsGeneric(INamedTypeSymbol? type)
    {
        for (; type != null; type = type.ContainingType)
            if (type.Arity != 0) return true;
        return false;
    }

    public static bool IsPartial(INamedTypeSymbol? type)
    {
        for (; type != null; type = type.ContainingType)
        {
            var declarations = type.DeclaringSyntaxReferences.Select(reference => reference.GetSyntax()).OfType<TypeDeclarationSyntax>();
            if (!declarations.All(declaration => declaration.Modifiers.Any(SyntaxKind.PartialKeyword))) return false;
        }

        return true;
    }

    private static string KindOf(INamedTypeSymbol type) =>
        (type.IsRecord ? "record " : "") + type.TypeKind switch { TypeKind.Struct => "struct", TypeKind.Interface => "interface", _ => "class" };
}
