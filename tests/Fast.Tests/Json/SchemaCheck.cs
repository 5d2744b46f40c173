using System.Text.Json;
using System.Text.RegularExpressions;

namespace Fast.Tool.Tests.Json;

/// <summary>Checks a document against a JSON Schema: the words that docs/schema uses, and no others.</summary>
internal sealed class SchemaCheck
{
    private static readonly HashSet<string> Annotations = ["$schema", "$defs", "title", "description"];

    private readonly JsonElement _schema;
    private readonly List<string> _problems = [];

    private SchemaCheck(JsonElement schema) => _schema = schema;

    /// <summary>What is wrong with <paramref name="document"/>; empty when nothing is.</summary>
    public static IReadOnlyList<string> Problems(string schemaName, JsonElement document)
    {
        return ProblemsOf(schemaName, document, "$");
    }

    private static List<string> ProblemsOf(string schemaName, JsonElement value, string path)
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schema", schemaName)));
        var check = new SchemaCheck(schema.RootElement);
        check.Check(schema.RootElement, value, path);
        return check._problems;
    }

    private void Check(JsonElement schema, JsonElement value, string path)
    {
        foreach (var word in schema.EnumerateObject())
        {
            if (Annotations.Contains(word.Name)) continue;
            switch (word.Name)
            {
                case "$ref":
                    CheckReference(word.Value.GetString()!, value, path);
                    break;
                case "type":
                    if (!Types(word.Value).Any(type => IsOf(type, value))) Problem(path, $"is {value.ValueKind}, not {word.Value.GetRawText()}");
                    break;
                case "const":
                    if (value.ToString() != word.Value.ToString()) Problem(path, $"is {value}, not {word.Value}");
                    break;
                case "enum":
                    if (!word.Value.EnumerateArray().Any(each => each.ToString() == value.ToString())) Problem(path, $"is {value}, not one of {word.Value.GetRawText()}");
                    break;
                case "anyOf":
                    if (!word.Value.EnumerateArray().Any(each => Holds(each, value))) Problem(path, "holds none of its alternatives");
                    break;
                case "oneOf":
                    CheckOneOf(word.Value, value, path);
                    break;
                case "minLength":
                    if (value.ValueKind == JsonValueKind.String && value.GetString()!.Length < word.Value.GetInt32()) Problem(path, $"has fewer than {word.Value} characters");
                    break;
                case "minimum":
                    if (value.ValueKind == JsonValueKind.Number && value.GetDouble() < word.Value.GetDouble()) Problem(path, $"is {value}, under {word.Value}");
                    break;
                case "maximum":
                    if (value.ValueKind == JsonValueKind.Number && value.GetDouble() > word.Value.GetDouble()) Problem(path, $"is {value}, above {word.Value}");
                    break;
                case "pattern":
                    if (value.ValueKind == JsonValueKind.String && !Regex.IsMatch(value.GetString()!, word.Value.GetString()!)) Problem(path, $"is '{value}'");
                    break;
                case "minItems":
                    if (value.ValueKind == JsonValueKind.Array && value.GetArrayLength() < word.Value.GetInt32()) Problem(path, "has too few items");
                    break;
                case "items":
                    CheckItems(word.Value, value, path);
                    break;
                case "properties":
                    CheckProperties(schema, value, path);
                    break;
                case "required":
                    foreach (var name in word.Value.EnumerateArray().Select(name => name.GetString()!))
                        if (value.ValueKind == JsonValueKind.Object && !value.TryGetProperty(name, out _)) Problem(path, $"lacks '{name}'");
                    break;
                case "additionalProperties":
                    Assert.That(word.Value.ValueKind, Is.EqualTo(JsonValueKind.False));
                    break;
                default:
                    Problem(path, $"the schema uses '{word.Name}', which is not checked here");
                    break;
            }
        }
    }

    private void CheckReference(string reference, JsonElement value, string path)
    {
        if (reference.StartsWith('#')) Check(Definition(reference), value, path);
        else _problems.AddRange(ProblemsOf(reference, value, path));
    }

    /// <summary>When no alternative holds, the one with the fewest problems was probably meant.</summary>
    private void CheckOneOf(JsonElement alternatives, JsonElement value, string path)
    {
        var checks = alternatives.EnumerateArray().Select(each =>
        {
            var check = new SchemaCheck(_schema);
            check.Check(each, value, path);
            return check._problems;
        }).ToList();
        if (checks.TrueForAll(problems => problems.Count > 0)) _problems.AddRange(checks.MinBy(problems => problems.Count)!);
        else if (checks.Count(problems => problems.Count == 0) > 1) Problem(path, "holds several of its alternatives");
    }

    private void CheckItems(JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Array) return;
        var index = 0;
        foreach (var item in value.EnumerateArray()) Check(schema, item, $"{path}[{index++}]");
    }

    private void CheckProperties(JsonElement schema, JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Object) return;
        Assert.That(schema.TryGetProperty("additionalProperties", out var others) && others.ValueKind == JsonValueKind.False, $"{path} allows unknown properties");
        var known = schema.GetProperty("properties");
        foreach (var member in value.EnumerateObject())
        {
            if (known.TryGetProperty(member.Name, out var expected)) Check(expected, member.Value, $"{path}.{member.Name}");
            else Problem(path, $"has the unknown '{member.Name}'");
        }
    }

    private bool Holds(JsonElement schema, JsonElement value)
    {
        var check = new SchemaCheck(_schema);
        check.Check(schema, value, "");
        return check._problems.Count == 0;
    }

    private JsonElement Definition(string reference)
    {
        const string Prefix = "#/$defs/";
        Assert.That(reference, Does.StartWith(Prefix));
        return _schema.GetProperty("$defs").GetProperty(reference[Prefix.Length..]);
    }

    private static IEnumerable<string> Types(JsonElement type) =>
        type.ValueKind == JsonValueKind.Array ? type.EnumerateArray().Select(each => each.GetString()!) : [type.GetString()!];

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "integer" => value.ValueKind == JsonValueKind.Number && (value.TryGetInt64(out _) || value.TryGetUInt64(out _)),
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => false,
    };

    private void Problem(string path, string what) => _problems.Add($"{path} {what}");
}
