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
    public const string TwoStage = nameof(TwoStage);
    public const string TwoStageSpec = nameof(TwoStageSpec);
    public const string TwoStageDiagnostics = nameof(TwoStageDiagnostics);
    public const string Options = nameof(Options);
    public const string OptionsDiagnostics = nameof(OptionsDiagnostics);
    public const string RegistryName = nameof(RegistryName);
    public const string RegistrySpec = nameof(RegistrySpec);
}
