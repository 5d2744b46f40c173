namespace Fast.PageTables.Testing;

/// <summary>One named check of one format: a test case of whatever framework runs it.</summary>
/// <param name="Format">The format's id.</param>
/// <param name="Name">What is so when it passes.</param>
/// <param name="Test">The check.</param>
public sealed record FormatCheck(string Format, string Name, Action Test)
{
    /// <summary>Runs the check.</summary>
    /// <exception cref="FormatCheckException">What is wrong.</exception>
    public void Run()
    {
        try
        {
            Test();
        }
        catch (FormatCheckException wrong)
        {
            throw new FormatCheckException($"{this}: {wrong.Message}", wrong.InnerException ?? wrong);
        }
        catch (Exception wrong)
        {
            // Of the code under test: its own words, and where it was thrown.
            throw new FormatCheckException($"{this}: {wrong.GetType().Name}: {wrong.Message}", wrong);
        }
    }

    /// <summary>Format and name.</summary>
    public override string ToString() => $"{Format}: {Name}";
}
