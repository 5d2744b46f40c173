using System.Text.Json.Serialization;
using Fast.Tool.Formats;

namespace Fast.Tool.Json;

/// <summary>How the documents are written: camelCase, indented, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FormatsDocument))]
internal sealed partial class ToolJson : JsonSerializerContext;
