using Ecr.Credentials.Registries;

namespace Ecr.Credentials.Tokens;

/// <summary>A token source that keeps tokens beyond the end of the process.</summary>
internal interface IForgetfulSource
{
    /// <summary>Removes the tokens that are kept for the API of a registry, of any identity.</summary>
    void Forget(EcrRegistry registry);
}
