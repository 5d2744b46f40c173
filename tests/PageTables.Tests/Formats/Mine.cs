namespace Fast.PageTables.Tests.Formats;

/// <summary>A user's format, and its vectors from first to last: nothing else is needed to hold one to the other.</summary>
[PageTableFormat("mine", IaBits = 39, OaBitsMax = 52)]
[Level(0, Name = "Low", Shift = 12, Bits = 9)]
[Level(1, Name = "Mid", Shift = 21, Bits = 9, CanTable = true, LeafWhenMask = 1 << 7, LeafWhenValue = 1 << 7)]
[Level(2, Name = "High", Shift = 30, Bits = 9, CanTable = true)]
[Present(Mask = 1, Value = 1), Address(51, 12), TableValue(0x3)]
[Perm(Right.Read, ImpliedByPresent = true), Perm(Right.Write, Bit = 1, Combine = Combine.AndDown)]
[MustBeZero(1, EntryKinds.Leaf, 0x1FF000)]
public partial struct Mine
{
    internal const string Vectors = """
        format | mine | 8 | 39 zero | 52 | 2 | rsvd | rsvd | - | 0
        level | mine | 0 | 12 | 9 | 4096 | 0 | - | 12 | -
        level | mine | 1 | 21 | 9 | 4096 | 80 | 3 | 21 | -
        level | mine | 2 | 30 | 9 | 4096 | - | 3 | - | -
        indices | mine | 5555555555 | 155, AA, 155
        input | mine | 7FFFFFFFFF | yes
        input | mine | 8000000000 | no
        output | mine | FFFFFFFFFF
        best | mine | 200000 | 3FFFFF | 400000 | 21
        best | mine | 200000 | 3FFFFF | 401000 | 12
        layout | mine | 0 leaf | 12345003 | is RW, 63:52 ., 51:12 @12, 11:2 ., 1 W, 0 -
        layout | mine | 1 leaf | 40200083 | is RW, 63:52 ., 51:21 @21, 20:12 !rsvd, 11:8 ., 7 T, 6:2 ., 1 W, 0 -
        layout | mine | 1 table | 12200003 | is RW, 63:52 ., 51:12 @12, 11:8 ., 7 L, 6:2 ., 1 W, 0 -
        layout | mine | 2 table | 12346003 | is RW, 63:52 ., 51:12 @12, 11:2 ., 1 W, 0 -
        entry | mine | 0 | 12345001 | 5ABC | leaf OA 0x12345ABC, 2^12, R- | read only

        """;
}
