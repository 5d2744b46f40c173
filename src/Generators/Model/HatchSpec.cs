namespace Fast.Generators.Model;

/// <summary>Entries pass through the struct's own <c>DecodeEntry</c>; with <paramref name="Big"/> those of level 1 are dual.</summary>
/// <param name="Big">The last table of larger pages, to which slot 0 of a dual entry points.</param>
internal sealed record HatchSpec(LevelSpec? Big);
