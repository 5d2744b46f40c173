namespace Fast.PageTables.Interleaving.Tests;

/// <summary>Where an address leads and what it allows, whatever the size of the leaf.</summary>
internal sealed record Translation(Pfn Pfn, Permissions Permissions)
{
    public static Translation? Of(Leaf? leaf) => leaf is { } found ? new Translation(found.Pfn, found.Permissions) : null;
}

/// <summary>What a scene comes to.</summary>
/// <param name="Tables">All of the tables in the end.</param>
/// <param name="Legal">What the reader's address may lead to at any time.</param>
internal sealed record Outcome(string Tables, Translation?[] Legal);

/// <summary>Two writers with a piece each and a reader that looks into one of them.</summary>
internal sealed record Scene<TFormat>(PieceChange<TFormat> First, Piece FirstPiece, PieceChange<TFormat> Second, Piece SecondPiece, Iova Input)
    where TFormat : struct, IProtectFormat, ISplitFormat
{
    /// <summary>Pieces of one low table, of neighbouring tables below one middle table, and of tables of their own.</summary>
    public static readonly (Piece First, Piece Second)[] Places =
    [
        (new Piece(0, 0x1000), new Piece(0x1000, 0x1000)),
        (new Piece(0, 0x2000), new Piece(0x2000, 0x2000)),
        (new Piece(0, 0x4000), new Piece(0x4000, 0x2000)),
    ];

    /// <summary>Each pair of changes at each of the places, seen by a reader of the first piece.</summary>
    public static IEnumerable<Scene<TFormat>> All() =>
        from place in Places
        from first in PieceChange<TFormat>.All
        from second in PieceChange<TFormat>.All
        where place.First.Bytes > Piece.Page || !first.NeedsLargeLeaf
        where place.Second.Bytes > Piece.Page || !second.NeedsLargeLeaf
        select new Scene<TFormat>(first, place.First, second, place.Second, place.First.LastPage);

    /// <summary>How the tables are when both have finished, one after the other, and what may be read on the way.</summary>
    public Outcome Outcome()
    {
        using var stage = Prepare();
        var before = Translation.Of(stage.Now(Input));
        First.Apply(stage.Table, FirstPiece);
        Second.Apply(stage.Table, SecondPiece);
        var after = Translation.Of(stage.Now(Input));
        return new Outcome(stage.Everything(), First.LeavesHole ? [before, after, null] : [before, after]);
    }

    /// <summary>Plays the scene once with a reader on a thread of its own.</summary>
    /// <returns>What went wrong, or <see langword="null"/>.</returns>
    public string? Play(Interleaver interleaver, Schedule schedule, Outcome outcome)
    {
        using var stage = Prepare();
        var lookup = new Lookup<TFormat>(stage, interleaver, Input);
        return Judge(stage, schedule, outcome, interleaver.Run(
            schedule, lookup.Watch, () => First.Apply(stage.Table, FirstPiece), () => Second.Apply(stage.Table, SecondPiece), lookup.Run));
    }

    /// <summary>Plays the writers once and tries every walk of a reader among their steps.</summary>
    /// <param name="interleaver">The threads.</param>
    /// <param name="schedule">How the writers take turns.</param>
    /// <param name="outcome">How the tables must be afterwards.</param>
    /// <param name="entersAfter">How many tables are freed before the reader enters the arena; <see langword="null"/>: it does not enter.</param>
    /// <param name="film">What happened.</param>
    public string? Shoot(Interleaver interleaver, Schedule schedule, Outcome outcome, int? entersAfter, out Film<TFormat> film)
    {
        using var stage = Prepare();
        film = new Film<TFormat>(stage, Input, entersAfter, outcome.Legal);
        var problem = interleaver.Run(schedule, film.Take, () => First.Apply(stage.Table, FirstPiece), () => Second.Apply(stage.Table, SecondPiece));
        return Judge(stage, schedule, outcome, problem ?? film.Watch());
    }

    public override string ToString() => $"one {First} at 0x{FirstPiece.Start:x}, one {Second} at 0x{SecondPiece.Start:x}, one reads {Input}";

    private string? Judge(Stage<TFormat> stage, Schedule schedule, Outcome outcome, string? problem)
    {
        if (problem is not null) return $"{this}: {problem}; turns {schedule.Trace}";
        if (stage.Everything() != outcome.Tables) return $"{this}: the tables say {stage.Everything()} instead of {outcome.Tables}; turns {schedule.Trace}";
        return stage.TablesAtEnd() == 1 ? null : $"{this}: tables were lost; turns {schedule.Trace}";
    }

    private Stage<TFormat> Prepare()
    {
        var stage = new Stage<TFormat>();
        First.Prepare(stage.Table, FirstPiece);
        Second.Prepare(stage.Table, SecondPiece);
        return stage;
    }
}
