using System.Text.Json.Serialization;
using Fast.Tool.Check;
using Fast.Tool.Explain;
using Fast.Tool.Fit;
using Fast.Tool.Formats;
using Fast.Tool.Log;
using Fast.Tool.Map;
using Fast.Tool.Measure;
using Fast.Tool.Predict;
using Fast.Tool.Run.BarTables;
using Fast.Tool.Run.Boots;
using Fast.Tool.Run.Rebalance;
using Fast.Tool.Run.Xen;
using Fast.Tool.Walk;

namespace Fast.Tool.Json;

/// <summary>How the documents are written: camelCase, indented, without reflection.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ExplainDocument))]
[JsonSerializable(typeof(FitDocument))]
[JsonSerializable(typeof(FormatsDocument))]
[JsonSerializable(typeof(MapDocument))]
[JsonSerializable(typeof(PredictDocument))]
[JsonSerializable(typeof(LogDocument))]
[JsonSerializable(typeof(BootsDocument))]
[JsonSerializable(typeof(BarTableDocument))]
[JsonSerializable(typeof(RebalanceDocument))]
[JsonSerializable(typeof(XenDocument))]
[JsonSerializable(typeof(CheckDocument))]
[JsonSerializable(typeof(WalkDocument))]
[JsonSerializable(typeof(LabCounts))]
[JsonSerializable(typeof(MeasureDocument))]
[JsonSerializable(typeof(CalibrationDocument))]
internal sealed partial class ToolJson : JsonSerializerContext;
