namespace Fast.Tool.Formats;

/// <summary>The code that the generator emitted when this build of the library was compiled.</summary>
internal static class EmittedCode
{
    /// <summary>The source text that completes <paramref name="declaration"/>.</summary>
    public static string TextOf(Type declaration)
    {
        var name = $"emitted/{declaration.FullName}.g.cs";
        using var stream = typeof(EmittedCode).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} was not embedded at build");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
