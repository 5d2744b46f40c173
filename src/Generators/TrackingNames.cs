namespace Fast.Generators;

/// <summary>Names of the pipeline's stages; the cacheability test reads them by reflection, so none is forgotten.</summary>
internal static class TrackingNames
{
    public const string Format = nameof(Format);
    public const string FormatSpec = nameof(FormatSpec);
    public const string FormatDiagnostics = nameof(FormatDiagnostics);
    public const string Pin = nameof(Pin);
    public const string PinSpec = nameof(PinSpec);
    public const string PinDiagnostics = nameof(PinDiagnostics);
}
