using System.Collections.Immutable;

namespace Fast.Machines;

/// <summary>Reads strategies and hosts.</summary>
/// <param name="behaviours">Which release does what.</param>
internal sealed class StrategyReader(Behaviours behaviours)
{
    private readonly HostFields _hosts = new(behaviours);

    /// <summary>A strategy.</summary>
    public static RebalanceStrategy Read(JsonPart part)
    {
        var policy = (PlacementPolicy)Array.IndexOf(RebalanceStrategy.PolicyWords, part.Take("policy").Word(RebalanceStrategy.PolicyWords));
        var reactions = part.Find("reactions") is { } list ? list.Items().Select(item => (Reaction)Array.IndexOf(RebalanceStrategy.ReactionWords, item.Word(RebalanceStrategy.ReactionWords))).ToImmutableArray() : [];
        if (reactions.Distinct().Count() < reactions.Length) throw part.Fault("a reaction occurs twice");
        var at = reactions.IndexOf(Reaction.AtBoot);
        if (at >= 0 && at < reactions.Length - 1) throw part.Fault("'at-boot' is what is left when nothing else helps; write it last");
        var name = part.Find("name")?.Text() ?? string.Join(", ", reactions.Select(RebalanceStrategy.WordOf).Prepend(RebalanceStrategy.WordOf(policy)));
        part.Done();
        return new RebalanceStrategy(name, policy, reactions);
    }

    /// <summary>A host with the guest on it.</summary>
    public RebalanceHost Host(JsonPart part)
    {
        var isHyperV = part.Take("bus").Word(BootScenario.Kvm, BootScenario.HyperV) == BootScenario.HyperV;
        var guest = HostFields.Version(part.Take("guestKernel"));
        var host = new RebalanceHost
        {
            Name = part.Take("name").Text(),
            GuestKernel = guest,
            Prepopulate = isHyperV ? _hosts.Prepopulate(part.Find("prepopulate"), guest) : null,
            Prices = isHyperV
                ? new EventHost { Flip = HostFields.Flip(part.Take("flip")) }
                : new EventHost { Kernel = _hosts.HostKernel(part.Take("hostKernel")), Thp = HostFields.Thp(part.Find("thp")), VaSkew = _hosts.VaSkew(part.Find("vmm")) },
        };
        part.Done();
        return host;
    }
}
