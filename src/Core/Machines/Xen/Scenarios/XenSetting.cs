using System.Collections.Immutable;
using System.Globalization;
using Fast.PageTables;

namespace Fast.Machines.Xen;

/// <summary>A setting as files name it: how it is read, how it is shown, where its default comes from.</summary>
/// <param name="Name">Its name in files.</param>
/// <param name="Kind">What its value is.</param>
/// <param name="Why">Where the default comes from.</param>
public sealed record XenSetting(string Name, XenSettingKind Kind, string Why)
{
    private const string Free = "free choice";

    /// <summary>Reads it into settings.</summary>
    internal Func<XenSettings, JsonPart, XenSettings> Read { get; private init; } = static (settings, _) => settings;

    /// <summary>Its value, as a file would write it.</summary>
    public required Func<XenSettings, string> Show { get; init; }

    /// <summary>All settings, in the order in which they are shown.</summary>
    public static ImmutableArray<XenSetting> All { get; } =
    [
        new("dom0", XenSettingKind.Mode, "PVH on Intel: what the thread would rather have")
        {
            Read = (settings, part) => settings with { Dom0 = ModeOf(part.Word(Modes)) },
            Show = settings => WordOf(settings.Dom0),
        },
        new("guestIommu", XenSettingKind.Mode, "the guest has no device passed through to it")
        {
            Read = (settings, part) => settings with { GuestIommu = (GuestIommu)GuestIommuWords.IndexOf(part.Word(GuestIommuWords.AsSpan())) },
            Show = settings => GuestIommuWords[(int)settings.GuestIommu],
        },
        Bytes("dom0Ram", 64UL << 20, 256UL << 30, "the size that the model is held to", (settings, bytes) => settings with { Dom0Bytes = bytes }, settings => settings.Dom0Bytes),
        Bytes("guestRam", 64UL << 20, 256UL << 30, Free, (settings, bytes) => settings with { GuestBytes = bytes }, settings => settings.GuestBytes),
        Bytes("heap", 0, 256UL << 30, Free, (settings, bytes) => settings with { HeapBytes = bytes }, settings => settings.HeapBytes),
        Bytes("bar", 1UL << 20, 1UL << 40, "a 32 GiB GPU with resizable BAR", (settings, bytes) => settings with { BarBytes = bytes }, settings => settings.BarBytes),
        Bytes("hostmem", 1UL << 20, 1UL << 40, Free, (settings, bytes) => settings with { HostmemBytes = bytes }, settings => settings.HostmemBytes),
        Whole("vcpus", 1, 512, "the size that the model is held to", (settings, value) => settings with { Vcpus = value }, settings => settings.Vcpus),
        Whole("seed", 0, int.MaxValue, Free, (settings, value) => settings with { Seed = value }, settings => settings.Seed),
        Number("seconds", 1e-3, 1e6, "an hour", (settings, value) => settings with { Seconds = value }, settings => settings.Seconds),
        Bytes("scatter", 4096, 1UL << 30, "'the PV address space can be completely scattered' (the thread, 2024-06-17)", (settings, bytes) => settings with { ScatterBytes = bytes }, settings => settings.ScatterBytes),
        Number("fragmentation", 0, 1, "a freshly booted machine", (settings, value) => settings with { Fragmentation = value }, settings => settings.Fragmentation),
        Whole("exchangeOrder", 0, FrameHeap.MaxOrder, "memop-max-order 9,18,12,12: a control domain's; a hardware-only domain has 12, a guest 9", (settings, value) => settings with { ExchangeOrder = value }, settings => settings.ExchangeOrder),
        Truth("strictIdentity", "Xen's default for a PV dom0 maps all memory but its own", (settings, value) => settings with { StrictIdentity = value }, settings => settings.StrictIdentity),
        Whole("buffers", 1, 4096, Free, (settings, value) => settings with { Buffers = value }, settings => settings.Buffers),
        Bytes("smallest", 4096, 1UL << 30, Free, (settings, bytes) => settings with { SmallestBytes = bytes }, settings => settings.SmallestBytes),
        Bytes("largest", 4096, 1UL << 30, "the 64 MiB buffer of the model's specification", (settings, bytes) => settings with { LargestBytes = bytes }, settings => settings.LargestBytes),
        Bytes("alignment", 4096, 1UL << 30, "Linux's TTM allocates by 2 MiB where it can", (settings, bytes) => settings with { AlignmentBytes = bytes }, settings => settings.AlignmentBytes),
        Number("lifetime", 1e-6, 1e6, Free, (settings, value) => settings with { LifetimeSeconds = value }, settings => settings.LifetimeSeconds),
        Number("vramShare", 0, 1, Free, (settings, value) => settings with { VramShare = value }, settings => settings.VramShare),
        Number("migrationsPerSecond", 0, 1e6, "nobody has published a rate: sweep it", (settings, value) => settings with { MigrationsPerSecond = value }, settings => settings.MigrationsPerSecond),
        Whole("burst", 1, 4096, Free, (settings, value) => settings with { Burst = value }, settings => settings.Burst),
        Number("workingSet", 1e-3, 1, Free, (settings, value) => settings with { WorkingSet = value }, settings => settings.WorkingSet),
        Number("touchesPerSecond", 0, 1e6, "a frame at 60 Hz", (settings, value) => settings with { TouchesPerSecond = value }, settings => settings.TouchesPerSecond),
        Bytes("touch", 4096, 1UL << 30, Free, (settings, bytes) => settings with { TouchBytes = bytes }, settings => settings.TouchBytes),
        Bytes("pool", 4096, 1UL << 40, Free, (settings, bytes) => settings with { PoolBytes = bytes }, settings => settings.PoolBytes),
        Bytes("region", 4096, 1UL << 40, Free, (settings, bytes) => settings with { RegionBytes = bytes }, settings => settings.RegionBytes),
        Number("budgetMilliseconds", 0, 1e6, "dom0's memory manager waits for its notifiers", (settings, value) => settings with { BudgetMilliseconds = value }, settings => settings.BudgetMilliseconds),
        Number("releaseMicroseconds", 0, 1e9, Free, (settings, value) => settings with { ReleaseMicroseconds = value }, settings => settings.ReleaseMicroseconds),
        Number("holdsShare", 0, 1, "a guest cannot be made to let go of a grant", (settings, value) => settings with { HoldsShare = value }, settings => settings.HoldsShare),
        Number("collapseSeconds", 0, 1e6, "Xen does not merge leaves", (settings, value) => settings with { CollapseSeconds = value }, settings => settings.CollapseSeconds),
    ];

    /// <summary>The words for what dom0 can be.</summary>
    public static ImmutableArray<string> DomainWords { get; } = ["pv", "pvh-ept-shared", "pvh-ept-mirrored", "pvh-npt-mirrored"];

    /// <summary>The words for what the guest's IOMMU walks.</summary>
    public static ImmutableArray<string> GuestIommuWords { get; } = ["none", "shared", "own"];

    private static ReadOnlySpan<string> Modes => DomainWords.AsSpan();

    /// <summary>The word for what a dom0 is.</summary>
    public static string WordOf(Dom0Mode mode) => DomainWords[(int)mode];

    private static Dom0Mode ModeOf(string word) => (Dom0Mode)DomainWords.IndexOf(word);

    private static XenSetting Bytes(string name, ulong least, ulong most, string why, Func<XenSettings, ulong, XenSettings> with, Func<XenSettings, ulong> of) => new(name, XenSettingKind.Bytes, why)
    {
        Read = (settings, part) => with(settings, SizeOf(part, least, most)),
        Show = settings => BinarySize.Format(of(settings)),
    };

    private static XenSetting Whole(string name, int least, int most, string why, Func<XenSettings, int, XenSettings> with, Func<XenSettings, int> of) => new(name, XenSettingKind.Whole, why)
    {
        Read = (settings, part) => with(settings, part.Whole(least, most)),
        Show = settings => of(settings).ToString(CultureInfo.InvariantCulture),
    };

    private static XenSetting Number(string name, double least, double most, string why, Func<XenSettings, double, XenSettings> with, Func<XenSettings, double> of) => new(name, XenSettingKind.Number, why)
    {
        Read = (settings, part) => part.Number(least) is var value && value <= most ? with(settings, value) : throw part.Fault(FormattableString.Invariant($"at most {most}")),
        Show = settings => of(settings).ToString("R", CultureInfo.InvariantCulture),
    };

    private static XenSetting Truth(string name, string why, Func<XenSettings, bool, XenSettings> with, Func<XenSettings, bool> of) => new(name, XenSettingKind.Truth, why)
    {
        Read = (settings, part) => with(settings, part.Truth()),
        Show = settings => of(settings) ? "true" : "false",
    };

    private static ulong SizeOf(JsonPart part, ulong least, ulong most)
    {
        var text = part.Text();
        if (!BinarySize.TryParse(text, out var bytes, out var error)) throw part.Fault(error!);
        if (bytes < least || bytes > most || bytes % 4096 != 0) throw part.Fault($"{text} is not a multiple of 4K from {BinarySize.Format(least)} to {BinarySize.Format(most)}");
        return bytes;
    }
}

/// <summary>What the value of a setting is.</summary>
public enum XenSettingKind
{
    /// <summary>A word of a few.</summary>
    Mode,

    /// <summary>A size.</summary>
    Bytes,

    /// <summary>A whole number.</summary>
    Whole,

    /// <summary>A number.</summary>
    Number,

    /// <summary>True or false.</summary>
    Truth,
}
