using System.Collections.Immutable;

namespace Fast.Lab;

/// <summary>A counter that both have.</summary>
/// <param name="Request">The request: <c>mapFirst</c> and so on.</param>
/// <param name="Counter">The counter.</param>
/// <param name="Kernel">What the kernel did.</param>
/// <param name="Model">What the model did.</param>
internal sealed record ComparedCounter(string Request, string Counter, long Kernel, long Model)
{
    /// <summary>Whether they are the same.</summary>
    public bool IsEqual => Kernel == Model;
}

/// <summary>Holds counts of the model against those of the kernel, count for count.</summary>
internal static class Difference
{
    /// <summary>Compares all counters that both have. What the kernel does not let be counted is left out; <see cref="MissingEssentials"/> says whether too much is.</summary>
    public static ImmutableArray<ComparedCounter> Of(RowCounts kernel, RowCounts model)
    {
        var compared = ImmutableArray.CreateBuilder<ComparedCounter>();
        Map("mapFirst", kernel.MapFirst, model.MapFirst);
        Unmap("unmapFirst", kernel.UnmapFirst, model.UnmapFirst);
        Map("mapAgain", kernel.MapAgain, model.MapAgain);
        Unmap("unmapAgain", kernel.UnmapAgain, model.UnmapAgain);
        Add("mapFirst", "pageTableBytes", kernel.PageTableBytes, model.PageTableBytes);
        return compared.ToImmutable();

        void Map(string request, MapCounts real, MapCounts modelled)
        {
            Add(request, "vaddrGetPfns", real.VaddrGetPfns, modelled.VaddrGetPfns);
            Add(request, "gupAttempts", real.GupAttempts, modelled.GupAttempts);
            Add(request, "lookups", real.Lookups, modelled.Lookups);
            Add(request, "faults", real.Faults, modelled.Faults);
            Add(request, "hugeFaultCalls", real.HugeFaultCalls, modelled.HugeFaultCalls);
            Add(request, "chunks", real.Chunks, modelled.Chunks);
            Add(request, "iommuMapCalls", real.IommuMapCalls, modelled.IommuMapCalls);
        }

        void Unmap(string request, UnmapCounts real, UnmapCounts modelled)
        {
            Add(request, "iovaToPhys", real.IovaToPhys, modelled.IovaToPhys);
            Add(request, "iommuUnmapCalls", real.IommuUnmapCalls, modelled.IommuUnmapCalls);
        }

        void Add(string request, string counter, long? real, long? modelled)
        {
            if (real is { } counted && modelled is { } executed) compared.Add(new ComparedCounter(request, counter, counted, executed));
        }
    }

    /// <summary>Counters without which a row proves nothing, and which are missing; every kernel of the lab has had them.</summary>
    public static ImmutableArray<string> MissingEssentials(RowCounts kernel)
    {
        (string Name, long? Count)[] essential =
        [
            ("vaddrGetPfns", kernel.MapFirst.VaddrGetPfns), ("lookups", kernel.MapFirst.Lookups), ("chunks", kernel.MapFirst.Chunks), ("iommuMapCalls", kernel.MapFirst.IommuMapCalls), ("iovaToPhys", kernel.UnmapFirst.IovaToPhys),
        ];
        return [.. essential.Where(each => each.Count is null).Select(each => each.Name)];
    }
}
