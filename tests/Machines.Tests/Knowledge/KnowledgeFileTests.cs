using System.Text;
using System.Text.Json;
using Fast.Machines;

namespace Fast.Tests;

/// <summary>Files that replace the built-in knowledge.</summary>
public sealed class KnowledgeFileTests
{
    private const string Costs616 = "\"kernel\": \"6.16\",\n        \"instructions\"";

    [Test]
    public void The_built_in_file_read_from_outside_is_the_same_knowledge()
    {
        Assert.That(Knowledge.TryRead(Bytes, "copy.json", out var copy, out var error), error);
        Assert.Multiple(() =>
        {
            Assert.That(copy!.Fingerprint, Is.EqualTo(Knowledge.Default.Fingerprint));
            Assert.That(copy.Source, Is.EqualTo("copy.json"));
            Assert.That(copy.Kernels, Is.EqualTo(Knowledge.Default.Kernels));
        });
    }

    [Test]
    public void A_changed_figure_changes_the_fingerprint()
    {
        Assert.That(TryRead(Text.Replace("\"value\": 0.094", "\"value\": 0.095", StringComparison.Ordinal), out var knowledge), Is.Null);
        Assert.Multiple(() =>
        {
            Assert.That(knowledge!.NanosecondsPerInstruction.Value, Is.EqualTo(0.095));
            Assert.That(knowledge.Fingerprint, Is.Not.EqualTo(Knowledge.Default.Fingerprint));
        });
    }

    [TestCase("\"mapBand\"", "\"mapBandd\"", "costs: 'mapBand' is missing")]
    [TestCase("\"value\": 1.25", "\"valeu\": 1.25", "costs.mapBand: 'value' is missing")]
    [TestCase("\"value\": 1.25", "\"unit\": \"x\", \"value\": 1.25", "costs.mapBand: 'unit' is not a field here; known are confidence, value, source")]
    [TestCase("\"value\": 1.25", "\"value\": 0.5", "costs.mapBand.value: 0.5 is not a number from 1 on")]
    [TestCase("\"value\": 1.25", "\"value\": \"1.25\"", "costs.mapBand.value: expected a number")]
    [TestCase("\"value\": 1.25", "\"value\": 1e999", "costs.mapBand.value: 1e999 is not a number")]
    [TestCase("\"value\": 1.25", "\"value\": 1.25, \"value\": 1", "costs.mapBand: 'value' occurs twice")]
    [TestCase("\"confidence\": \"derived\", \"source\": \"spread\"", "\"confidence\": \"sure\", \"source\": \"spread\"", "costs.mapBand.confidence: 'sure' is neither measured nor derived nor assumed")]
    [TestCase("\"source\": \"spread\"", "\"source\": \"nobody\"", "costs.mapBand.source: there is no source 'nobody'")]
    [TestCase(Costs616, "\"kernel\": \"6.17\",\n        \"instructions\"", "costs.kernels: the kernel 6.16 is missing, whose costs the profile 6.15 needs")]
    [TestCase(Costs616, "\"kernel\": \"6.12\",\n        \"instructions\"", "costs.kernels[2]: the kernel 6.12 occurs twice")]
    [TestCase(Costs616, "\"kernel\": \"six\",\n        \"instructions\"", "costs.kernels[2].kernel: 'six' is not a kernel version")]
    [TestCase("\"from\": \"0.0\",\n", "\"from\": \"6.0\",\n", "mapEvents.guestKernels[0].from: the first entry must hold from 0.0 on")]
    [TestCase("\"from\": \"6.14\",\n", "\"from\": \"0.0\",\n", "mapEvents.guestKernels[1].from: 0.0 must be newer than the 0.0 before it")]
    [TestCase("\"firmware\": \"seabios\",\n", "\"firmware\": \"ovmf\",\n", "mapEvents.firmware[2].firmware: the firmware 'ovmf' occurs twice")]
    [TestCase("\"of\": \"bridge\"", "\"of\": \"switch\"", "mapEvents.guestKernels[0].events[0].of: 'switch' is neither bridge nor endpoint")]
    [TestCase("\"cold\": true", "\"cold\": 1", "mapEvents.firmware[0].events[0].cold: expected true or false")]
    [TestCase("\"per64BitBar\": -1", "\"per64BitBar\": -1.5", "mapEvents.guestKernels[0].events[3].per64BitBar: -1.5 is not a whole number")]
    [TestCase("\"from\": \"6.13\"", "\"from\": \"6.12\"", "behaviours.hostKernels.releases[4].from: 6.12 must be newer than the 6.12 before it")]
    [TestCase("\"profile\": \"6.10\"", "\"profile\": \"6.11\"", "behaviours.hostKernels.releases[2].profile: '6.11' is not one of 6.1, 6.10, 6.12, 6.15, 6.19, 7.3")]
    [TestCase("\"newest\": \"7.3\"", "\"newest\": \"7.1\"", "behaviours.hostKernels.newest: 7.1 is older than the last of the releases, 7.3")]
    [TestCase("\"from\": \"0.0\", \"does\": \"one-by-one\"", "\"from\": \"5.0\", \"does\": \"one-by-one\"", "behaviours.guestSizing: the first entry must hold from 0.0 on")]
    [TestCase("\"from\": \"9.2\"", "\"from\": \"0.0\"", "behaviours.vmms: 'qemu': 0.0 must be newer than the 0.0 before it")]
    [TestCase("\"does\": \"batched\"", "\"does\": \"at-once\"", "behaviours.guestSizing[1].does: 'at-once' is not one of one-by-one, batched")]
    [TestCase("\"windowShare\": { \"value\": 8", "\"windowShare\": { \"value\": 6", "behaviours.firmware[0].windowShare: a window is a power of two")]
    [TestCase("{ \"firmware\": \"seabios\", \"does\"", "{ \"firmware\": \"coreboot\", \"does\"", "behaviours.firmware: the firmware 'coreboot' has no entry in mapEvents.firmware")]
    [TestCase("\"pages\": \"thp\"", "\"pages\": \"4K\"", "costs.ram[1]: Linux 6.1 with these pages occurs twice")]
    [TestCase("\"kernel\": \"7.2\",\n        \"pages\": \"2M\"", "\"kernel\": \"7.1\",\n        \"pages\": \"2M\"", "costs.ram: the kernel 7.2 is missing with one of its kinds of pages")]
    [TestCase("fast.knowledge/1", "fast.knowledge/2", "schema: expected 'fast.knowledge/1'")]
    public void What_is_wrong_is_said_with_line_and_field(string old, string with, string what)
    {
        var at = Text.IndexOf(old, StringComparison.Ordinal);
        var error = TryRead(string.Concat(Text.AsSpan(0, at), with, Text.AsSpan(at + old.Length)), out _);
        Assert.That(error, Does.StartWith("k.json, line ").And.Contain(what).And.Not.Contain("\n"));
    }

    [Test]
    public void The_line_is_the_line_of_the_field()
    {
        var line = Text[..Text.IndexOf("\"value\": 1.25", StringComparison.Ordinal)].Count(character => character == '\n') + 1;
        Assert.That(TryRead(Text.Replace("\"value\": 1.25", "\"value\": 0", StringComparison.Ordinal), out _), Does.StartWith($"k.json, line {line}: "));
    }

    [TestCase("")]
    [TestCase("nonsense")]
    [TestCase("[]")]
    [TestCase("{}")]
    [TestCase("{\"schema\": \"fast.knowledge/1\"} {}")]
    [TestCase("{\"schema\": \"\\ud800\"}")]
    [TestCase("[[[[[[[[[[[[[[[[[[[[[[[[[[[[[")]
    public void Text_that_is_no_knowledge_is_one_line(string text) => Assert.That(TryRead(text, out _), Does.StartWith("k.json, line 1: ").And.Not.Contain("\n"));

    [Test]
    public void Truncation_anywhere_is_an_error()
    {
        // Each seventh byte: no field and no value of the file is missed by all of them.
        for (var length = 0; length < Bytes.Length - 2; length += 7)
            Assert.That(Knowledge.TryRead(Bytes.AsSpan(0, length), "k.json", out _, out var error), Is.False, $"{length}: {error}");
    }

    [Test]
    public void A_byte_order_mark_and_other_line_ends_are_read()
    {
        byte[] marked = [0xef, 0xbb, 0xbf, .. Encoding.UTF8.GetBytes(Text.ReplaceLineEndings("\r\n"))];
        Assert.That(Knowledge.TryRead(marked, "k.json", out _, out var error), error);
    }

    [Test]
    public void Schema_file_and_reader_know_the_same_fields()
    {
        using var schema = JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Schema", "fast.knowledge-1.schema.json")));
        using var document = JsonDocument.Parse(Text);
        Conforms(document.RootElement, schema.RootElement, schema.RootElement, "$");
    }

    /// <summary>The part of JSON Schema that the file uses; every object must be closed and demand all its fields, as the reader does.</summary>
    private static void Conforms(JsonElement value, JsonElement schema, JsonElement root, string path)
    {
        if (schema.TryGetProperty("$ref", out var reference)) schema = root.GetProperty("$defs").GetProperty(reference.GetString()!["#/$defs/".Length..]);
        if (schema.TryGetProperty("const", out var constant)) Assert.That(value.GetString(), Is.EqualTo(constant.GetString()), path);
        if (schema.TryGetProperty("enum", out var choices)) Assert.That(choices.EnumerateArray().Select(choice => choice.GetString()), Does.Contain(value.GetString()), path);
        if (!schema.TryGetProperty("type", out var type)) return;
        switch (type.GetString())
        {
            case "object":
                Assert.That(schema.GetProperty("additionalProperties").GetBoolean(), Is.False, path);
                var names = schema.GetProperty("properties").EnumerateObject().Select(property => property.Name).ToArray();
                Assert.That(schema.GetProperty("required").EnumerateArray().Select(name => name.GetString()), Is.EquivalentTo(names), path);
                Assert.That(value.EnumerateObject().Select(member => member.Name), Is.EquivalentTo(names), path);
                foreach (var member in value.EnumerateObject()) Conforms(member.Value, schema.GetProperty("properties").GetProperty(member.Name), root, $"{path}.{member.Name}");
                break;
            case "array":
                Assert.That(value.GetArrayLength(), Is.GreaterThanOrEqualTo(schema.GetProperty("minItems").GetInt32()), path);
                foreach (var item in value.EnumerateArray()) Conforms(item, schema.GetProperty("items"), root, path + "[]");
                break;
            case "string":
                Assert.That(value.GetString(), Is.Not.Empty, path);
                break;
            case "number" or "integer":
                Assert.That(value.GetDouble(), Is.GreaterThanOrEqualTo(schema.GetProperty("minimum").GetDouble()), path);
                break;
            case "boolean":
                Assert.That(value.ValueKind, Is.AnyOf(JsonValueKind.True, JsonValueKind.False), path);
                break;
        }
    }

    private static byte[] Bytes { get; } = ReadResource();

    private static string Text => Encoding.UTF8.GetString(Bytes);

    private static string? TryRead(string text, out Knowledge? knowledge) =>
        Knowledge.TryRead(Encoding.UTF8.GetBytes(text), "k.json", out knowledge, out var error) ? null : error;

    private static byte[] ReadResource()
    {
        using var stream = typeof(Knowledge).Assembly.GetManifestResourceStream("knowledge.json")!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
