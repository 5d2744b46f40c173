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

    private static DiagnosticDescriptor Error(string id, string title, string message) =>
        new(id, title, message, "Fast.PageTables", DiagnosticSeverity.Error, isEnabledByDefault: true);
}
