using System.Collections.Immutable;
using System.CommandLine;
using Fast.Host;

namespace Fast.Tool.Walk;

/// <summary>Where a walk begins, and who said so.</summary>
/// <param name="Walker">Reads the format.</param>
/// <param name="Word">The root word.</param>
/// <param name="Cpu">Processor whose CR3 it is, or <see langword="null"/>: <c>--root</c> said so.</param>
/// <param name="Notes">What else is worth saying about it; one line each.</param>
internal sealed record TableRoot(ImageWalker Walker, ulong Word, int? Cpu, ImmutableArray<string> Notes)
{
    /// <summary>Physical address of the root table.</summary>
    public ulong Address => Walker.Facts.RootAddress(Word);

    /// <summary>Finds it.</summary>
    /// <exception cref="InputException">There is none, or it lies outside the image.</exception>
    public static TableRoot Of(MemoryImage image, string path, WalkOptions options, ParseResult parse)
    {
        var given = parse.GetValue(options.Root);
        var number = parse.GetValue(options.Cpu);
        if (given is not null && number is not null) throw new InputException("walk: --root and --cpu name two roots; give one of them");
        var cpu = Processor(image, path, number, isNeeded: given is null);
        if (given is null && cpu is { IsPaging: false }) throw new InputException($"walk: processor {number ?? 0} of '{path}' has paging off (CR0.PG); name another one with --cpu, or the tables with --root");

        var walks = cpu is { IsPaging: true } state && image.IsX86 ? state.FormatId(image.IsLongMode) : null;
        var walker = parse.GetValue(options.Format) ?? ImageWalkers.Find(walks ?? WalkOptions.DefaultFormat)!;
        if (!RootRegister.TryRead(walker.Facts, given ?? cpu!.Value.Cr3, out var word, out var error)) throw new InputException($"walk: --root: {error}");

        var root = new TableRoot(walker, word, given is null ? number ?? 0 : null, NotesOf(walker, walks, given is not null && parse.GetValue(options.Format) is null && walks is null));
        var bytes = (ulong)walker.Facts.Levels[walker.Facts.RootLevel(word)].TableBytes;
        return image.Holds(root.Address, bytes)
            ? root
            : throw new InputException($"walk: the root table at 0x{root.Address:x} is not in '{path}', which holds {SegmentsText(image)}{(image.IsElf ? "" : "; --base says where a raw image begins")}");
    }

    /// <summary>The first segments of an image.</summary>
    public static string SegmentsText(MemoryImage image)
    {
        const int Shown = 4;
        var shown = string.Join(", ", image.Segments.Take(Shown));
        return image.Segments.Length > Shown ? $"{shown} and {image.Segments.Length - Shown} more segments to 0x{image.Segments[^1].Last:x}" : shown;
    }

    private static ImageCpu? Processor(MemoryImage image, string path, int? number, bool isNeeded)
    {
        if (number is { } asked && asked >= image.Cpus.Length)
            throw new InputException($"walk: --cpu: '{path}' {(image.Cpus.IsEmpty ? "has no processor's state" : $"has processors 0 to {image.Cpus.Length - 1}")}, not {asked}");
        if (!image.Cpus.IsEmpty) return image.Cpus[number ?? 0];
        return isNeeded ? throw new InputException($"walk: '{path}' does not say where the tables are; give --root CR3 (QEMU monitor: 'info registers')") : null;
    }

    private static ImmutableArray<string> NotesOf(ImageWalker walker, string? walks, bool isGuess)
    {
        if (walks is not null && walks != walker.Facts.Name && walker.Facts.Name.StartsWith("x86", StringComparison.Ordinal))
            return [$"the guest's processor walks {walks} (CR4 in the image), not {walker.Facts.Name}"];
        return isGuess ? [$"taken for {walker.Facts.Name}; a guest with CR4.LA57 (bit 12) needs --format x86-64-5l"] : [];
    }
}
