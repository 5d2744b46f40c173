using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Reads strategies and hosts.</summary>
internal static class StrategyReader
{
    private static readonly string[] Policies = ["first-fit", "best-fit", "buddy", "tight-fit", "largest-first-repack"];
    private static readonly string[] Reactions = ["partial-bar", "resize", "move-one", "move-several", "compact", "at-boot"];

    /// <summary>The word of a reaction.</summary>
    public static string WordOf(Reaction reaction) => Reactions[(int)reaction];

    /// <summary>The word of a policy.</summary>
    public static string WordOf(PlacementPolicy policy) => Policies[(int)policy];

    /// <summary>A strategy.</summary>
    public static Strategy Strategy(JsonPart part)
    {
        var policy = (PlacementPolicy)Array.IndexOf(Policies, part.Take("policy").Word(Policies));
        var reactions = part.Find("reactions") is { } list ? list.Items().Select(item => (Reaction)Array.IndexOf(Reactions, item.Word(Reactions))).ToImmutableArray() : [];
        if (reactions.Distinct().Count() < reactions.Length) throw part.Fault("a reaction occurs twice");
        var at = reactions.IndexOf(Reaction.AtBoot);
        if (at >= 0 && at < reactions.Length - 1) throw part.Fault("'at-boot' is what is left when nothing else helps; write it last");
        var name = part.Find("name")?.Text() ?? string.Join(", ", reactions.Select(WordOf).Prepend(WordOf(policy)));
        part.Done();
        return new Strategy(name, policy, reactions);
    }

    /// <summary>A host with the guest on it.</summary>
    public static RebalanceHost Host(JsonPart part)
    {
        var isHyperV = part.Take("bus").Word(BootScenario.Kvm, BootScenario.HyperV) == BootScenario.HyperV;
        var host = new RebalanceHost
        {
            Name = part.Take("name").Text(),
            GuestKernel = HostFields.Version(part.Take("guestKernel")),
            Prepopulate = isHyperV ? HostFields.Prepopulate(part.Take("prepopulate")) : null,
            Prices = isHyperV
                ? new EventHost { Flip = HostFields.Flip(part.Take("flip")) }
                : new EventHost { Kernel = HostFields.HostKernel(part.Take("hostKernel")), Thp = HostFields.Thp(part.Find("thp")), VaSkew = HostFields.VaSkew(part.Find("vmm")) },
        };
        part.Done();
        return host;
    }
}
