namespace Fast.Machines;

/// <summary>Everything that happened, in order: what drivers did, and between that the map events that a recorder saw.</summary>
/// <param name="recorder">The recorder.</param>
internal sealed class StepLog(MapEventRecorder recorder)
{
    private readonly List<RebalanceStep> _steps = [];
    private int _seen;

    /// <summary>The steps so far, and what was recorded since the last of them.</summary>
    public IReadOnlyList<RebalanceStep> Steps
    {
        get
        {
            CatchUp();
            return _steps;
        }
    }

    /// <summary>Adds a step behind the map events before it.</summary>
    public void Add(StepKind kind, string device = "", double seconds = 0, int devices = 0)
    {
        CatchUp();
        _steps.Add(new RebalanceStep(kind, device, Seconds: seconds, Devices: devices));
    }

    /// <summary>Forgets what happened so far.</summary>
    public void Restart()
    {
        CatchUp();
        _steps.Clear();
    }

    private void CatchUp()
    {
        for (; _seen < recorder.Events.Count; _seen++)
        {
            var each = recorder.Events[_seen];
            _steps.Add(new RebalanceStep(StepKind.MapEvent, each.Mapping.Bar.Function.Name, each));
        }
    }
}
