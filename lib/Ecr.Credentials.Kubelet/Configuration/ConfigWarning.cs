using System.Globalization;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>Something in a configuration that the kubelet accepts and that does not do what was meant, or gives away a secret.</summary>
/// <remarks>Immutable. Holds no secrets.</remarks>
public sealed class ConfigWarning
{
    internal ConfigWarning(string id, string file, int line, int column, string message)
    {
        Id = id;
        File = file;
        Line = line;
        Column = column;
        Message = message;
    }

    /// <summary>
    /// What kind of warning it is: <c>path-wildcard</c>, <c>scheme</c>, <c>docker-index</c>, <c>missing-plugin</c>, <c>internal-version</c>,
    /// <c>not-ecr</c>, <c>path-caching</c>, <c>readable-secret</c> or <c>file-in-log</c>. Stays the same from version to version.
    /// </summary>
    public string Id { get; }

    /// <summary>The path of the file, as it was given.</summary>
    public string File { get; }

    /// <summary>The line, counted from 1.</summary>
    public int Line { get; }

    /// <summary>The column in characters, counted from 1.</summary>
    public int Column { get; }

    /// <summary>What is wrong and what to do, on one line.</summary>
    public string Message { get; }

    /// <summary>The place, <see cref="Message"/> and <see cref="Id"/>.</summary>
    /// <returns>Text that is safe to log.</returns>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{File}:{Line}:{Column}: {Message} ({Id})");
}
