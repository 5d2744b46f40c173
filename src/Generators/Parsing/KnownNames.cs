namespace Fast.Generators.Parsing;

/// <summary>The library, as the generator knows it: by metadata name.</summary>
internal static class KnownNames
{
    public const string Namespace = "Fast.PageTables";
    public const string Format = Namespace + ".PageTableFormatAttribute";
    public const string BatchPin = Namespace + ".BatchPinAttribute";
    public const string TwoStage = Namespace + ".TwoStageAttribute";
    public const string Registry = Namespace + ".FormatRegistryAttribute";
    public const string Level = "LevelAttribute";
    public const string NextLevel = "NextLevelAttribute";
    public const string Contiguity = "ContiguityAttribute";
    public const string Present = "PresentAttribute";
    public const string Address = "AddressAttribute";
    public const string Perm = "PermAttribute";
    public const string TableRestrict = "TableRestrictAttribute";
    public const string MustBeZero = "MustBeZeroAttribute";
    public const string Forbidden = "ForbiddenAttribute";
    public const string SoftwareBits = "SoftwareBitsAttribute";
    public const string Ignored = "IgnoredAttribute";
    public const string Field = "FieldAttribute";
    public const string Accessed = "AccessedAttribute";
    public const string Dirty = "DirtyAttribute";
    public const string TableValue = "TableValueAttribute";
    public const string LeafValue = "LeafValueAttribute";
    public const string Hatch = "HatchAttribute";
    public const string BigTable = "BigTableAttribute";
    public const string Feature = "FeatureAttribute";
}
