using System.Runtime.CompilerServices;

namespace Fast.PageTables.Tests.Tables;

public sealed class BudgetedMemoryTests
{
    [Test]
    public void It_has_what_the_other_memory_has_until_the_budget_is_used_up()
    {
        var bytes = new byte[0x1000];
        bytes[0] = 7;
        var budget = new TableBudget(3);
        var memory = new BudgetedMemory<SpanMemory>(new SpanMemory(bytes, 0x5000), ref budget);
        Assert.That(memory.Table(0x5000, 0x1000), Is.EqualTo(7));
        Assert.That(Unsafe.IsNullRef(ref memory.Table(0x6000, 0x1000)));
        Assert.That(memory.Table(0x5000, 8), Is.EqualTo(7));
        Assert.That((budget.Read, budget.NotBacked, budget.IsExceeded), Is.EqualTo((3UL, 1UL, false)));
        Assert.That(Unsafe.IsNullRef(ref memory.Table(0x5000, 8)));
        Assert.That((budget.Most, budget.Read, budget.NotBacked, budget.IsExceeded), Is.EqualTo((3UL, 3UL, 1UL, true)));
    }

    [Test]
    public void A_walk_counts_the_tables_on_its_way()
    {
        var page = new byte[0x1000];
        BitConverter.TryWriteBytes(page, 0x5007UL);
        var budget = new TableBudget(6);
        var memory = new BudgetedMemory<SpanMemory>(new SpanMemory(page, 0x5000), ref budget);
        Assert.That(X64L4.Walk(memory, 0x5000, new Iova(0)).IsLeaf);
        Assert.That((budget.Read, budget.IsExceeded), Is.EqualTo((4UL, false)));
        Assert.That(X64L4.Walk(memory, 0x5000, new Iova(0)).Status, Is.EqualTo(WalkStatus.NotBacked));
        Assert.That(budget.IsExceeded);
    }
}
