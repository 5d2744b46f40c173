namespace Fast.PageTables.Interleaving.Tests;

/// <summary>Two writers that change their pieces again and again, and a reader that looks here and there; all from one seed.</summary>
internal sealed class LongScene<TFormat>
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    private const int Changes = 4;
    private const int Lookups = 5;
    private readonly int _seed;
    private readonly (Piece Piece, PieceChange<TFormat>[] Changes)[] _writers;
    private readonly Iova[] _inputs;

    public LongScene(int seed)
    {
        _seed = seed;
        var random = new Random(seed);
        var place = Scene<TFormat>.Places[random.Next(Scene<TFormat>.Places.Length)];
        _writers = [Script(random, place.First), Script(random, place.Second)];
        var last = place.Second.LastPage.Value / Piece.Page;
        _inputs = [.. Enumerable.Range(0, Lookups).Select(_ => new Iova((ulong)random.Next((int)last + 1) * Piece.Page))];
    }

    /// <summary>Plays it once.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public string? Play(Interleaver interleaver)
    {
        var outcome = Outcome();
        using var stage = new Stage<TFormat>();
        Lookup<TFormat>? current = null;
        void Read()
        {
            foreach (var input in _inputs)
            {
                current = new Lookup<TFormat>(stage, interleaver, input);
                current.Run();
            }
        }

        var problem = interleaver.Run(new ByChance(_seed), () => current?.Watch(), () => Write(stage.Table, _writers[0]), () => Write(stage.Table, _writers[1]), Read);
        if (problem is not null) return problem;
        if (stage.Everything() != outcome) return $"the tables say {stage.Everything()} instead of {outcome}";
        return stage.TablesAtEnd() == 1 ? null : "tables were lost";
    }

    private static (Piece Piece, PieceChange<TFormat>[] Changes) Script(Random random, Piece piece)
    {
        var possible = PieceChange<TFormat>.All.Where(change => piece.Bytes > Piece.Page || !change.NeedsLargeLeaf).ToArray();
        return (piece, [.. Enumerable.Range(0, Changes).Select(_ => possible[random.Next(possible.Length)])]);
    }

    private static void Write(PageTable<TFormat> table, (Piece Piece, PieceChange<TFormat>[] Changes) script)
    {
        foreach (var change in script.Changes)
        {
            table.Unmap(script.Piece.Range);
            change.Prepare(table, script.Piece);
            change.Apply(table, script.Piece);
        }
    }

    private string Outcome()
    {
        using var stage = new Stage<TFormat>();
        foreach (var writer in _writers) Write(stage.Table, writer);
        return stage.Everything();
    }
}
