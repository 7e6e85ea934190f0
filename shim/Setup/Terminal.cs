using System.Runtime.Versioning;
using System.Text;

namespace Ecr.Credentials.Shim.Setup;

/// <summary>Questions to the person at the terminal. Ctrl+C at one ends the program, which has changed nothing yet.</summary>
[SupportedOSPlatform("linux")]
internal static class Terminal
{
    public static bool IsInteractive => !Console.IsInputRedirected;

    /// <summary>Asks for a value without showing it.</summary>
    public static string AskSecret(string prompt)
    {
        // Before the prompt: a pasted value may come at once.
        using var hidden = TerminalEcho.Disable();
        Write(prompt);
        var value = ReadLine();
        Write("\n");
        return value;
    }

    public static bool Confirm(string prompt)
    {
        Write(prompt);
        return ReadLine().Trim() is "y" or "Y" or "yes";
    }

    private static void Write(string text)
    {
        using var error = StandardStream.OpenError();
        error.Write(Encoding.UTF8.GetBytes(text));
    }

    // Byte by byte, so that the next question finds what was typed ahead for it.
    private static string ReadLine()
    {
        using var input = StandardStream.OpenInput();
        var line = new List<byte>();
        Span<byte> next = stackalloc byte[1];
        while (input.Read(next) == 1 && next[0] != '\n')
        {
            line.Add(next[0]);
        }

        return Encoding.UTF8.GetString([.. line]).TrimEnd('\r');
    }
}
