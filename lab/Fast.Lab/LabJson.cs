using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Fast.Lab;

/// <summary>How the lab's files are read and written: camelCase, indented.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, RespectRequiredConstructorParameters = true, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ImmutableArray<KernelEntry>))]
[JsonSerializable(typeof(KernelEntry))]
[JsonSerializable(typeof(MatrixFile))]
[JsonSerializable(typeof(MatrixReport))]
[JsonSerializable(typeof(EventReport))]
internal sealed partial class LabJson : JsonSerializerContext;
