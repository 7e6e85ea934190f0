namespace Ecr.Credentials.Tests.Support;

/// <summary>Sets an environment variable of this process for the duration of a test.</summary>
internal sealed class ScopedVariable : IDisposable
{
    private readonly string _name;
    private readonly string? _before;

    /// <param name="name">The variable.</param>
    /// <param name="value">Its value; null to unset it.</param>
    public ScopedVariable(string name, string? value)
    {
        _name = name;
        _before = Environment.GetEnvironmentVariable(name);
        Environment.SetEnvironmentVariable(name, value);
    }

    public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
}
