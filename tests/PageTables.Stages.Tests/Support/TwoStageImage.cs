using System.Buffers.Binary;

namespace Fast.PageTables.Stages.Tests;

/// <summary>
/// A host image with random stage-2 tables, and behind them a guest with random stage-1 tables: some guest pages have no translation, some may not be
/// read. Host tables stand in the first megabytes of the image, guest pages anywhere after them.
/// </summary>
internal sealed class TwoStageImage<TFirst, TSecond>
    where TFirst : struct, IMapFormat
    where TSecond : struct, IMapFormat
{
    private const ulong TableBytes = 8 << 20;
    private const int ImageBytes = 16 << 20;
    private const ulong GuestTables = 4 << 20;
    private static readonly Permissions[] Wishes =
    [
        Permissions.ReadWrite, Permissions.Read, Permissions.Read | Permissions.Execute, Permissions.ReadWrite | Permissions.Execute, Permissions.ReadWrite | Permissions.User,
        Permissions.ReadWrite | Permissions.Execute | Permissions.UserExecute | Permissions.User, Permissions.Read | Permissions.UserExecute, Permissions.Execute,
    ];

    private readonly List<ulong> _inputs = [];
    private readonly List<ulong> _tables = [];

    public TwoStageImage(Random random, bool whole)
    {
        using var guest = new TableArena(new TableArenaOptions { CapacityBytes = GuestTables, HugePages = false });
        using var host = new TableArena(new TableArenaOptions { CapacityBytes = TableBytes, HugePages = false });
        var first = new PageTable<TFirst>(guest);
        var second = new PageTable<TSecond>(host);
        for (var i = 0; i < 24; i++) MapGuest(first, random);
        FirstRoot = first.RootWord;
        Place(guest, second, random, whole);
        MapPages(second, random, whole);
        SecondRoot = second.RootWord;
        Copy(host, 0, 0, (int)TableBytes);
    }

    public byte[] Image { get; } = new byte[ImageBytes];

    public SpanMemory Memory => new(Image);

    public ulong FirstRoot { get; }

    public ulong SecondRoot { get; }

    /// <summary>An address near what is mapped.</summary>
    public Iova NextInput(Random random) => random.OneIn(10)
        ? new Iova(random.Word() >> random.Next(64))
        : new Iova(random.Pick(_inputs) + (random.Word() & ((1UL << random.Next(1, 32)) - 1)));

    /// <summary>Turns some bits in tables of either stage.</summary>
    public void Damage(Random random)
    {
        for (var i = random.Next(1, 30); i > 0; i--)
        {
            var slot = Image.AsSpan((int)(random.Pick(_tables) + (ulong)(8 * (random.OneIn(2) ? random.Next(4) : random.Next(512)))), 8);
            var word = BinaryPrimitives.ReadUInt64LittleEndian(slot);
            BinaryPrimitives.WriteUInt64LittleEndian(slot, random.Next(4) switch { 0 => random.Word(), 1 => word ^ (1UL << random.Next(64)), 2 => word | (random.Word() & random.Word()), _ => word & random.Word() });
        }
    }

    private void MapGuest(PageTable<TFirst> first, Random random)
    {
        var facts = TFirst.Facts;
        var level = facts.Levels[random.Next(Math.Min(3, facts.Levels.Length))];
        var size = 1UL << level.Shift;
        var width = Math.Min(facts.InputBits, facts.DynamicTop ? 48 : 64) - (facts.SignExtends ? 1 : 0);
        var input = random.OneIn(2) ? (ulong)random.Next(8) << 30 : random.Word() & ((1UL << width) - 1);
        input = (input + (_inputs.Count == 0 ? 0 : random.Pick(_inputs) & 0xFF_FFFF)) & ((1UL << width) - 1) & ~(size - 1);
        if (facts.SignExtends && random.OneIn(3)) input |= ulong.MaxValue << width;
        var pages = (ulong)random.Next(1, 20) * size;
        if (input + pages < input || !facts.IsInputValid(new Iova(input + pages))) return;
        // Guest-physical pages: in the tables themselves, and from 1 GiB on.
        var output = (random.OneIn(6) ? 0 : 1UL << 30) + ((random.Word() & 0x7FFF_FFFF) & ~(size - 1));
        if (first.TryMap(IovaRange.Of(new Iova(input), pages), new Pfn(output >> 12), random.Pick(Wishes)).IsDone) _inputs.Add(input);
        if (_inputs.Count == 0) _inputs.Add(input);
    }

    /// <summary>Puts the guest's tables into host pages, four pages together where they must follow each other.</summary>
    private void Place(TableArena guest, PageTable<TSecond> second, Random random, bool whole)
    {
        var together = random.OneIn(2) ? 4 : 1;
        var pages = (int)(guest.BytesInUse >> 12) + 8;
        var places = Enumerable.Range(0, ImageBytes - (int)TableBytes >> 12).Select(page => (ulong)page).Where(page => page % (ulong)together == 0).ToArray();
        random.Shuffle(places);
        for (var page = 0; page < pages; page++)
        {
            var host = TableBytes + ((places[page / together] + (ulong)(page % together)) << 12);
            Copy(guest, (ulong)page << 12, (int)host, 4096);
            _tables.Add(host);
            if (!whole && random.OneIn(15)) continue;
            var permissions = whole || !random.OneIn(15) ? Permissions.ReadWrite : Permissions.Execute;
            second.TryMap(IovaRange.Of(new Iova((ulong)page << 12), 4096), new Pfn(host >> 12), permissions);
        }
    }

    private void MapPages(PageTable<TSecond> second, Random random, bool whole)
    {
        var at = 1UL << 30;
        while (at < 3UL << 30)
        {
            var size = 1UL << random.Pick([12, 16, 21, 21, 25, 30]);
            var bytes = size * (ulong)random.Next(1, 9);
            at = (at + size - 1) & ~(size - 1);
            if (whole || !random.OneIn(4)) second.TryMap(IovaRange.Of(new Iova(at), bytes), new Pfn((random.Word() & 0xF_FFFF_FFFF & ~(size - 1)) >> 12), random.Pick(Wishes));
            at += bytes;
            if (random.OneIn(200)) break;
        }

        for (var table = 1; table < (int)(second.Arena.BytesInUse >> 12) + 4; table++) _tables.Add((ulong)table << 12);
    }

    private void Copy(TableArena arena, ulong from, int to, int bytes)
    {
        var items = Math.Min((ulong)bytes, arena.CapacityBytes - from) / 8;
        ref var source = ref TableItems.Of(ref arena.Memory.Table(from, 8));
        for (ulong item = 0; item < items; item++) BinaryPrimitives.WriteUInt64LittleEndian(Image.AsSpan(to + (int)(8 * item)), TableItems.Read(ref source, (nuint)item));
    }
}
