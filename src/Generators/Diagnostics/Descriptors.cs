using Microsoft.CodeAnalysis;

namespace Fast.Generators.Diagnostics;

/// <summary>Everything the generator can say about a declaration. Each message ends with what to do.</summary>
internal static class Descriptors
{
    public static readonly DiagnosticDescriptor NotPartial = Error(
        "FAST001", "Declared type is not partial", "'{0}' must be partial, and so must the types around it, so that its code can be emitted: add 'partial'");

    public static readonly DiagnosticDescriptor BadLevels = Error(
        "FAST002", "Levels are not 0, 1, 2, …", "'{0}' declares levels {1}: declare each level once, from 0 (the last table) up to the root, at most 6");

    public static readonly DiagnosticDescriptor BadGeometry = Error(
        "FAST003", "Levels do not fit on each other", "level {1} of '{0}' has Shift = {2}, but level {3} ends at bit {4}: set Shift = {4}, or change Bits of level {3}");

    public static readonly DiagnosticDescriptor MissingFact = Error(
        "FAST004", "A fact is missing", "'{0}' declares no [{1}], without which entries cannot be read: add it");

    public static readonly DiagnosticDescriptor Overlap = Error(
        "FAST005", "Two facts claim the same bit", "in '{0}', {1} and {2} both claim bit {3} of a {4} entry: correct one of them");

    public static readonly DiagnosticDescriptor BadValue = Error(
        "FAST006", "A value is out of its range", "'{0}': {1} is {2}; {3}");

    public static readonly DiagnosticDescriptor TableIsNoTable = Error(
        "FAST007", "The table value does not decode as a table", "'{0}': [TableValue(0x{1:X})] at level {2} reads as {3}: it must be present and no leaf");

    public static readonly DiagnosticDescriptor BadPinPair = Error(
        "FAST008", "A pair needs two declared formats", "'{0}': {1} {2}; name a [PageTableFormat] struct {3}");

    public static readonly DiagnosticDescriptor UnknownFeature = Error(
        "FAST009", "A feature is used but not declared", "'{0}': {1} names the feature '{2}': add [Feature(\"{2}\")] or correct the name");

    public static readonly DiagnosticDescriptor UnknownFormat = Error(
        "FAST010", "A property names no declared format", "FastPageTablesFormats names '{0}', which no [PageTableFormat] of this project declares: name some of {1}, or remove the property");

    public static readonly DiagnosticDescriptor BadScan = Error(
        "FAST011", "A property names no scan", "FastPageTablesScan is '{0}': write scalar, vector128, vector256 or vector512");

    public static readonly DiagnosticDescriptor BadHooks = Error(
        "FAST012", "A property is neither true nor false", "FastPageTablesTestHooks is '{0}': write true or false");

    public static readonly DiagnosticDescriptor EmptyIsPresent = Error(
        "FAST013", "An empty entry is present", "'{0}': an entry of 0, what empty tables hold, is present by [Present(Mask = 0x{1}, Value = 0x{2})]: ask for a bit that is set, by Mask and Value or by AnyOf");

    public static readonly DiagnosticDescriptor LeafIsNoLeaf = Error(
        "FAST014", "The leaf value does not decode as a leaf", "'{0}': what is written of a leaf at level {1}, 0x{2}, reads as {3}: correct [LeafValue] or LeafWhenValue");

    public static readonly DiagnosticDescriptor RightWithoutBit = Error(
        "FAST015", "A level of leaves has no bit for a right", "'{0}': a leaf at level {2} has no bit for Right.{1}, so each would allow it: let a [Perm(Right.{1})] reach from FromLevel = {2} or to ToLevel = {2}");

    public static readonly DiagnosticDescriptor Unclassified = Warning(
        "FAST016", "Bits of an entry are not accounted for", "in '{0}', bits {1} of a level {2} {3} entry are nothing: say what they are, or write [Ignored(EntryKinds.{4}, 0x{5}, FromLevel = {2}, ToLevel = {2})] if hardware ignores them");

    public static readonly DiagnosticDescriptor LowAddressBits = Warning(
        "FAST017", "Address bits below a leaf's size are not accounted for", "in '{0}', bits {1} of a level {2} leaf stand where an entry that points to a table has its address, but lie below the leaf's size: write [MustBeZero({2}, EntryKinds.Leaf, 0x{3})] if hardware refuses them, otherwise [Ignored] or a [Field]");

    public static readonly DiagnosticDescriptor BadLeafSize = Error(
        "FAST018", "A leaf size does not fit", "'{0}': level {1} {2}; {3}");

    private static DiagnosticDescriptor Warning(string id, string title, string message) =>
        new(id, title, message, "Fast.PageTables", DiagnosticSeverity.Warning, isEnabledByDefault: true);

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Fast.PageTables", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
