namespace Ecr.Credentials.Tests.Fuzzing;

/// <summary>Something that holds for every input of a parser does not hold.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1032:Implement standard exception constructors", Justification = "Only created here.")]
internal sealed class FuzzException(string message) : Exception(message)
{
    public static void ThrowIf(bool isWrong, string message)
    {
        if (isWrong)
        {
            throw new FuzzException(message);
        }
    }
}
