namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>Parses an input and checks what holds for every input.</summary>
/// <returns><see langword="null"/> if the input is accepted; otherwise the message that refuses it.</returns>
/// <exception cref="FuzzException">Something does not hold.</exception>
internal delegate string? FuzzParser(ReadOnlySpan<char> input);

/// <summary>A parser to be fuzzed.</summary>
/// <param name="Name">The parser.</param>
/// <param name="Executions">The number of inputs in a run of scale 1: what takes about a second, at most.</param>
/// <param name="Samples">Valid inputs, and those that have failed once.</param>
/// <param name="Dictionary">What the language of the inputs is made of.</param>
/// <param name="Parse">The parser.</param>
internal sealed record FuzzTarget(string Name, int Executions, IReadOnlyList<string> Samples, IReadOnlyList<string> Dictionary, FuzzParser Parse)
{
    /// <summary>The exceptions that refuse an input. Their messages are checked too.</summary>
    public IReadOnlyList<Type> Exceptions { get; init; } = [];

    /// <summary>Whether no input is refused with a message, so that there is none to check.</summary>
    public bool AcceptsEverything { get; init; }

    public override string ToString() => Name;
}
