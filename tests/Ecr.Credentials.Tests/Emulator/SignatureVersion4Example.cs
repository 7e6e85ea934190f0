namespace Ecr.Credentials.Tests.Emulator;

/// <summary>One published example of a signature: key AKIDEXAMPLE, 30 August 2015 12:36 UTC, us-east-1.</summary>
public sealed record SignatureVersion4Example(string Name, string Method, string Path, string Query, string Headers, string CanonicalRequest, string Signature)
{
    public string Service { get; init; } = "service";

    public string Body { get; init; } = "";

    /// <summary>The headers, one per line as in HTTP, in the order of the request.</summary>
    public IEnumerable<KeyValuePair<string, string>> ParsedHeaders => Headers
        .Split('\n')
        .Select(line => line.Split(':', 2))
        .Select(parts => new KeyValuePair<string, string>(parts[0], parts[1]));

    public override string ToString() => Name;
}
