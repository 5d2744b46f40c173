using Fast.Generators.Model;

namespace Fast.Generators.Emitting;

/// <summary>Translation of many addresses in any order.</summary>
internal static class BatchEmitter
{
    public static void Emit(CodeWriter code, FormatSpec spec) => code.Lines($$"""
        // No table lies at the last byte of memory.
        private const ulong NoTable = ulong.MaxValue;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private static void PrefetchItem<TMemory>(in TMemory memory, ulong table, ulong ia)
            where TMemory : ITableMemory, allows ref struct
        {
            ref var items = ref TableItems.Of(ref memory.Table(table, {{Words.TableBytes(spec, spec.Levels[0])}}));
            if (TMemory.AlwaysBacked || !Unsafe.IsNullRef(ref items)) TableArena.Prefetch(ref Unsafe.Add(ref items, {{Words.Index(spec.Levels[0], "ia")}}));
        }

        /// <inheritdoc/>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public static int TranslateBatch<TMemory>(in TMemory memory, ulong root, ReadOnlySpan<Iova> inputs, Span<PhysicalAddress> outputs)
            where TMemory : ITableMemory, allows ref struct
        {
            // Two passes over groups of 32: the first asks for the last item of each walk, the second reads it when it has come.
            Span<ulong> tables = stackalloc ulong[32];
            var found = 0;
            for (var start = 0; start < inputs.Length; start += 32)
            {
                var group = inputs.Slice(start, Math.Min(32, inputs.Length - start));
                for (var i = 0; i < group.Length; i++)
                {
                    tables[i] = FindLastTable(memory, root, group[i], out var table) ? table : NoTable;
                    if (tables[i] != NoTable) PrefetchItem(memory, table, group[i].Value);
                }

                for (var i = 0; i < group.Length; i++)
                {
                    var output = tables[i] != NoTable
                        ? TranslateInLastTable(memory, tables[i], group[i])
                        : Translate(memory, root, group[i]);
                    outputs[start + i] = output;
                    found += output.IsNone ? 0 : 1;
                }
            }

            return found;
        }

        """);
}
