using Fast.PageTables;

// A process has a 32 GiB BAR mmapped, and a device behind VT-d is to reach it at the same offsets: what VFIO's MAP_DMA is for.
var bar = new PhysicalAddress(0x840_0000_0000);
var mmap = IovaRange.Of(new Iova(0x7f00_0000_0000), bytes: 32UL << 30);
var iova = new Iova(0x10_0000_0000);

using var arena = new TableArena();
var process = new PageTable<X64L4>(arena);
var domain = new PageTable<VtdSs4>(arena);

process.Map(mmap, Pfn.Of(bar), Permissions.ReadWrite | Permissions.User);
var pin = PageTablePins.Pin<X64L4ToVtdSs4, X64L4, VtdSs4>(process, mmap, domain, iova, Permissions.ReadWrite);
Console.WriteLine($"pinned {pin.Pages:N0} pages in {pin.Runs} run: {pin.LeavesRead.Total} leaves read, {pin.LeavesWritten.Total} leaves written");
Console.WriteLine($"the device's {iova} is {domain.Translate(iova)}, its last byte {domain.Translate(iova + (mmap.Bytes - 1))}");

var removed = domain.Unmap(IovaRange.Of(iova, mmap.Bytes));
Console.WriteLine($"unmapped {removed.Total} leaves; tables now {BinarySize.Format(arena.BytesInUse)}");
