namespace Fast.PageTables.Testing;

/// <summary>Walks of single pages, against the plain walker.</summary>
internal sealed class WalkWork<TFormat> : IFormatWork
    where TFormat : struct, IWalkFormat
{
    private readonly PageImage _image = new(TFormat.Facts);

    public IEnumerable<FormatWork> All =>
    [
        Row("walk, pages in disorder", _image.Shuffled, Walk),
        Row("follow, pages in disorder", _image.Shuffled, Follow),
        Row("translate, pages in order", _image.Inputs, Translate),
    ];

    private FormatWork Row(string name, Iova[] inputs, Func<Iova[], ulong> emitted) =>
        new(name, "plain walker", _image.Pages, () => emitted(inputs), () => _image.WalkPlainly(inputs));

    private ulong Walk(Iova[] inputs)
    {
        var (sum, root) = (0UL, _image.Tables.RootWord);
        var memory = _image.Tables.Memory;
        foreach (var input in inputs) sum += TFormat.Walk(memory, root, input).Leaf.Pfn.Value;
        return sum;
    }

    private ulong Follow(Iova[] inputs)
    {
        var (sum, root) = (0UL, _image.Tables.RootWord);
        var memory = _image.Tables.Memory;
        foreach (var input in inputs) sum += TFormat.Follow(memory, root, input, out var leaf) ? leaf.Pfn.Value : 0;
        return sum;
    }

    private ulong Translate(Iova[] inputs)
    {
        var (sum, root) = (0UL, _image.Tables.RootWord);
        var memory = _image.Tables.Memory;
        foreach (var input in inputs) sum += TFormat.Translate(memory, root, input).Value;
        return sum;
    }
}
