using Fast.PageTables;
using InventedMmu;

// The declaration is Quill31.cs: everything that is done with it here was emitted for it.
var facts = Quill31.Facts;
Console.WriteLine($"{facts.Name}: {facts.InputBits}-bit addresses, entries of {facts.EntryBytes} bytes, tables of {string.Join(", ", facts.Levels.Reverse().Select(level => $"{level.TableBytes} bytes ({level.Name})"))}");

var (rows, wrong) = Vectors.Check(facts, File.ReadLines(Path.Combine(AppContext.BaseDirectory, "quill-31.txt")));
foreach (var row in wrong) Console.WriteLine($"wrong: {row}");
Console.WriteLine($"{rows - wrong.Count} of {rows} vectors as written");

// A frame buffer of 32 MiB and a half, then four pages of code for the controller's own processor.
using var arena = new TableArena(new TableArenaOptions { CapacityBytes = 1 << 20 });
var table = new PageTable<Quill31>(arena);
var screen = IovaRange.Of(new Iova(0x1000_0000), bytes: (32UL << 20) + (512UL << 10));
var code = IovaRange.Of(new Iova(0x7FFF_C000), bytes: 16UL << 10);
var leaves = table.Map(screen, Pfn.Of(new PhysicalAddress(0x2_4000_0000)), Permissions.ReadWrite);
table.Map(code, Pfn.Of(new PhysicalAddress(0x3_0000_5000)), Permissions.Read | Permissions.Execute);
Console.WriteLine($"screen: {leaves[1]} leaves of 2 MiB and {leaves[0]} of 4 KiB; {arena.TablesInUse} tables take {arena.BytesInUse} bytes");
Console.WriteLine($"screen at 0x11abcdef: {table.Walk(new Iova(0x11AB_CDEF))}");
Console.WriteLine($"code: {table.Walk(code.Start)}, entry 0x{table.Walk(code.Start).Entry:x8}: bit 1 is set");

// The second half becomes read-only. The leaf in the middle is split first, so that only half of it changes.
table.TrySplit(new Iova(0x1110_0000));
table.Protect(IovaRange.Of(new Iova(0x1110_0000), bytes: 1UL << 20), Permissions.Read);
var runs = new Run[8];
var cursor = new RunCursor(screen);
foreach (var run in runs.AsSpan(0, table.ReadRuns(ref cursor, runs))) Console.WriteLine($"  {run}");

Console.WriteLine($"beyond the 31 bits: {table.Walk(new Iova(0x8000_0000))}");
var removed = table.Unmap(IovaRange.Of(new Iova(0), bytes: 1UL << facts.InputBits));
Console.WriteLine($"unmapped {removed.Total} leaves; the root is left, {arena.BytesInUse} bytes");
return wrong.Count == 0 ? 0 : 1;
