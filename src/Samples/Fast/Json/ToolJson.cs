using System.Text.Json.Serialization;
using Fast.Tool.Check;
using Fast.Tool.Formats;
using Fast.Tool.Log;
using Fast.Tool.Map;
using Fast.Tool.Measure;
using Fast.Tool.Predict;
using Fast.Tool.Run;
using Fast.Tool.Walk;

namespace Fast.Tool.Json;

/// <summary>How the documents are written: camelCase, indented, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(FormatsDocument))]
[JsonSerializable(typeof(MapDocument))]
[JsonSerializable(typeof(PredictDocument))]
[JsonSerializable(typeof(LogDocument))]
[JsonSerializable(typeof(RunDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(WalkDocument))]
[JsonSerializable(typeof(LabCounts))]
[JsonSerializable(typeof(MeasureDocument))]
[JsonSerializable(typeof(CalibrationDocument))]
internal sealed partial class ToolJson : JsonSerializerContext;
