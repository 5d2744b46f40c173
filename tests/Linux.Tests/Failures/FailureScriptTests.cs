using Fast.Linux;

namespace Fast.Tests;

public class FailureScriptTests
{
    [TestCase("page:0")]
    [TestCase("gup:3=10,map:2,table:1")]
    [TestCase("signal:1,lock:2,batch:1,dma:1,bitmap:1,region:1,fault:7")]
    public void A_script_reads_as_it_is_written(string text)
    {
        Assert.That(FailureScript.TryParse(text, out var script, out var error), Is.True, error);
        Assert.That(script.ToString(), Is.EqualTo(text));
        Assert.That(script.Restarted().ToString(), Is.EqualTo(text));
    }

    [TestCase("", "is no failure; write NAME:N")]
    [TestCase("pages:1", "is no failure; write NAME:N")]
    [TestCase("Map:1", "is no failure; write NAME:N")]
    [TestCase("map", "write map:N with N from 1 on")]
    [TestCase("map:0", "write map:N with N from 1 on")]
    [TestCase("map:x", "write map:N with N from 1 on")]
    [TestCase("map:-1", "write map:N with N from 1 on")]
    [TestCase("page:-1", "write page:N with N from 0 on")]
    [TestCase("map:1=2", "map takes no value")]
    [TestCase("gup:1", "write gup:N=PAGES")]
    [TestCase("gup:1=513", "from 0 to 512 pages")]
    [TestCase("gup:1=", "from 0 to 512 pages")]
    [TestCase("map:1,,map:2", "is no failure")]
    public void What_is_wrong_is_said(string text, string says)
    {
        Assert.That(FailureScript.TryParse(text, out var script, out var error), Is.False);
        Assert.That(error, Does.Contain(says));
        Assert.That(script.IsEmpty, Is.True);
    }

    [Test]
    public void A_step_happens_once_and_again_after_a_restart()
    {
        var script = FailureScript.Of(FailurePoint.Map, 2);
        Assert.That(Hits(script), Is.EqualTo([false, true, false]));
        Assert.That(Hits(script.Restarted()), Is.EqualTo([false, true, false]));
        Assert.That(Hits(FailureScript.None), Is.EqualTo([false, false, false]));
    }

    private static bool[] Hits(FailureScript script) => [script.Fails(FailurePoint.Map), script.Fails(FailurePoint.Map), script.Fails(FailurePoint.Map)];
}
