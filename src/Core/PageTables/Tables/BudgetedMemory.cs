using System.Runtime.CompilerServices;

namespace Fast.PageTables;

/// <summary>
/// Another memory, of which only a number of tables may be read: beyond it every table counts as not backed, so whatever walks over it comes to an end. For tables
/// that nobody vouches for.
/// </summary>
/// <typeparam name="TMemory">The memory that has the tables.</typeparam>
public readonly ref struct BudgetedMemory<TMemory> : ITableMemory
    where TMemory : ITableMemory, allows ref struct
{
    private readonly TMemory _memory;
    private readonly ref TableBudget _budget;

    /// <summary>Reads tables of <paramref name="memory"/> on account of <paramref name="budget"/>.</summary>
    public BudgetedMemory(TMemory memory, ref TableBudget budget)
    {
        _memory = memory;
        _budget = ref budget;
    }

    /// <inheritdoc/>
    static bool ITableMemory.AlwaysBacked => false;

    /// <inheritdoc/>
    public ref byte Table(ulong address, nuint bytes)
    {
        if (_budget.Read >= _budget.Most)
        {
            _budget.IsExceeded = true;
            return ref Unsafe.NullRef<byte>();
        }

        _budget.Read++;
        ref var table = ref _memory.Table(address, bytes);
        if (Unsafe.IsNullRef(ref table)) _budget.NotBacked++;
        return ref table;
    }
}
