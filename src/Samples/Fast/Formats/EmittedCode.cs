namespace Fast.Tool.Formats;

/// <summary>The code that the generator emitted when this build of the library was compiled.</summary>
internal static class EmittedCode
{
    /// <summary>The source text that completes the struct <paramref name="typeName"/>.</summary>
    public static string TextOf(string typeName)
    {
        var name = $"emitted/{typeName}.g.cs";
        using var stream = typeof(EmittedCode).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} was not embedded at build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
