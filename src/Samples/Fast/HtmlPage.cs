using System.Globalization;
using System.Net;
using System.Text;

namespace Fast.Tool;

/// <summary>The frame of every page for a browser: nothing is loaded from elsewhere, no script, light and dark as the reader has it.</summary>
internal static class HtmlPage
{
    private const string Style = """
        :root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --paper: #fff; --line: #d0d7de; }
        @media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --soft: #9198a1; --paper: #0d1117; --line: #30363d; } }
        body { font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
        h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .4rem; } .soft { color: var(--soft); }
        table { border-collapse: collapse; } td, th { text-align: left; padding: .2rem .8rem .2rem 0; vertical-align: top; } td.n, th.n { text-align: right; } td.n { white-space: nowrap; }
        .key { display: inline-block; width: .8rem; height: .8rem; margin: 0 .3rem 0 1rem; }
        """;

    /// <summary>A page up to its first heading.</summary>
    /// <param name="title">What the browser calls it.</param>
    /// <param name="style">What its pictures need beside what all pages have.</param>
    public static StringBuilder Open(string title, string style) => new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
        .Append(CultureInfo.InvariantCulture, $"<title>{Text(title)}</title>\n<style>\n{Style}\n{style}\n</style>\n</head>\n<body>\n");

    /// <summary>The whole page.</summary>
    public static string Close(StringBuilder html) => html.Append("</body>\n</html>\n").ToString();

    /// <summary>Text that came from anywhere.</summary>
    public static string Text(string text) => WebUtility.HtmlEncode(text);

    /// <summary>A share of a whole, as CSS writes it.</summary>
    public static string Percent(double part, double whole) => whole > 0 ? (100 * part / whole).ToString("0.####", CultureInfo.InvariantCulture) : "0";
}
