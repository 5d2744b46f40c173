using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Reads strategies and hosts.</summary>
internal static class StrategyReader
{
    /// <summary>A strategy.</summary>
    public static Strategy Read(JsonPart part)
    {
        var policy = (PlacementPolicy)Array.IndexOf(Strategy.PolicyWords, part.Take("policy").Word(Strategy.PolicyWords));
        var reactions = part.Find("reactions") is { } list ? list.Items().Select(item => (Reaction)Array.IndexOf(Strategy.ReactionWords, item.Word(Strategy.ReactionWords))).ToImmutableArray() : [];
        if (reactions.Distinct().Count() < reactions.Length) throw part.Fault("a reaction occurs twice");
        var at = reactions.IndexOf(Reaction.AtBoot);
        if (at >= 0 && at < reactions.Length - 1) throw part.Fault("'at-boot' is what is left when nothing else helps; write it last");
        var name = part.Find("name")?.Text() ?? string.Join(", ", reactions.Select(Strategy.WordOf).Prepend(Strategy.WordOf(policy)));
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
