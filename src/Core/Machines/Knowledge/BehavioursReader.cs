using System.Collections.Immutable;
using Fast.Linux;

namespace Fast.Machines;

/// <summary>Reads the part of a knowledge file that says which release does what.</summary>
/// <param name="known">Checks the id of a source and returns it.</param>
/// <param name="readFigure">Reads a number with its origin.</param>
internal sealed class BehavioursReader(Func<JsonPart, string> known, Func<JsonPart, double, Figure> readFigure)
{
    private const double MostWindowShare = 1024;

    /// <summary>Reads it.</summary>
    internal Behaviours Read(JsonPart part)
    {
        var hosts = part.Take("hostKernels");
        var newest = hosts.Take("newest");
        var behaviours = new Behaviours
        {
            Hosts = ReadHosts(hosts.Take("releases")),
            NewestHost = KnowledgeReader.ReadVersion(newest),
            GuestSizing = [.. part.Take("guestSizing").Items().Select(item => ReadRelease(item, Behaviours.OneByOne, Behaviours.Batched))],
            GuestHyperV = [.. part.Take("guestHyperV").Items().Select(item => ReadRelease(item, Behaviours.SetsMemory, Behaviours.LeavesMemoryOff))],
            Vmms = ReadVmms(part.Take("vmms")),
            Firmwares = [.. part.Take("firmware").Items().Select(ReadFirmware)],
        };
        hosts.Done();
        part.Done();
        if (behaviours.NewestHost < behaviours.Hosts[^1].From) throw newest.Fault($"{behaviours.NewestHost} is older than the last of the releases, {behaviours.Hosts[^1].From}");
        Ascends(part.Take("guestSizing"), behaviours.GuestSizing);
        Ascends(part.Take("guestHyperV"), behaviours.GuestHyperV);
        foreach (var (name, releases) in behaviours.Vmms) Ascends(part.Take("vmms"), releases, $"'{name}': ");
        return behaviours;
    }

    private ImmutableArray<HostRelease> ReadHosts(JsonPart part)
    {
        var all = ImmutableArray.CreateBuilder<HostRelease>();
        foreach (var item in part.Items())
        {
            var from = item.Take("from");
            var version = KnowledgeReader.ReadVersion(from);
            if (all.Count > 0 && version <= all[^1].From) throw from.Fault($"{version} must be newer than the {all[^1].From} before it");
            all.Add(new HostRelease(
                version,
                item.Take("profile").Word([.. KernelProfiles.ByRelease.Keys.Order(StringComparer.Ordinal)]),
                Enum.Parse<Confidence>(item.Take("confidence").Word("measured", "read", "interpolated"), ignoreCase: true),
                item.Take("reason").Text(),
                known(item.Take("source"))));
            item.Done();
        }

        return all.ToImmutable();
    }

    private ImmutableDictionary<string, ImmutableArray<ReleaseBehaviour>> ReadVmms(JsonPart part) => part.Items()
        .Select(item => (Name: item.Take("vmm").Text(), Release: ReadRelease(item, Behaviours.Unaligned, Behaviours.Aligned)))
        .GroupBy(each => each.Name)
        .ToImmutableDictionary(group => group.Key, group => group.Select(each => each.Release).ToImmutableArray());

    private FirmwareBehaviour ReadFirmware(JsonPart item)
    {
        var share = item.Take("windowShare");
        var firmware = new FirmwareBehaviour(
            item.Take("firmware").Text(),
            item.Take("does").Word("ovmf", "seabios", "none") switch { "ovmf" => FirmwareKind.Ovmf, "seabios" => FirmwareKind.SeaBios, _ => FirmwareKind.None },
            readFigure(share, 1));
        item.Done();
        return ulong.IsPow2((ulong)firmware.WindowShare.Value) && firmware.WindowShare.Value <= MostWindowShare && double.IsInteger(firmware.WindowShare.Value)
            ? firmware
            : throw share.Fault(FormattableString.Invariant($"a window is a power of two of the address space: 1, 2, 4 and so on to {MostWindowShare}"));
    }

    private ReleaseBehaviour ReadRelease(JsonPart item, params ReadOnlySpan<string> words)
    {
        var release = new ReleaseBehaviour(KnowledgeReader.ReadVersion(item.Take("from")), item.Take("does").Word(words), known(item.Take("source")));
        item.Done();
        return release;
    }

    /// <summary>The first entry holds from 0.0 on, so that there is one for every release, and each is newer than the one before.</summary>
    private static void Ascends(JsonPart part, ImmutableArray<ReleaseBehaviour> releases, string of = "")
    {
        if (releases[0].From > new KernelVersion(0, 0)) throw part.Fault($"{of}the first entry must hold from 0.0 on");
        for (var at = 1; at < releases.Length; at++)
        {
            if (releases[at].From <= releases[at - 1].From) throw part.Fault($"{of}{releases[at].From} must be newer than the {releases[at - 1].From} before it");
        }
    }
}
