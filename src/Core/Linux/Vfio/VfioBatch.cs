namespace Fast.Linux;

/// <summary>
/// How many pages of one call of <c>pin_user_pages_remote</c> nobody used yet (<c>struct vfio_batch</c>). The pages themselves come with
/// page-backed areas.
/// </summary>
internal sealed class VfioBatch
{
    /// <summary>One page of pointers.</summary>
    public const int Capacity = 512;

    /// <summary>Entries left.</summary>
    public int Size { get; private set; }

    /// <summary>Index of the next entry.</summary>
    public int Offset { get; private set; }

    /// <summary>Says that <paramref name="count"/> entries are new. Before patch 3 this is also said for a frame of a pfnmap.</summary>
    public void Refill(int count) => (Size, Offset) = (count, 0);

    /// <summary>Takes the next entry out.</summary>
    public void Consume()
    {
        Offset++;
        Size--;
    }

    /// <summary>Forgets what is left.</summary>
    public void Clear() => (Size, Offset) = (0, 0);
}
