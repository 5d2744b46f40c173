namespace Fast.Generators.Model;

/// <summary>The list of a compilation's formats.</summary>
internal sealed record RegistrySpec(string Namespace, string Name, EquatableArray<RegistryEntrySpec> Entries);

/// <summary>One of them.</summary>
internal sealed record RegistryEntrySpec(string Format, string Namespace, string TypeName, string FullName, FormatOperations Operations, string Fingerprint);
