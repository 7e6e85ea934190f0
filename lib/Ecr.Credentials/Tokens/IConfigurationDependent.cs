namespace Ecr.Credentials.Tokens;

/// <summary>A token source whose tokens depend on a configuration outside the request.</summary>
internal interface IConfigurationDependent
{
    /// <summary>A key that changes with the configuration; one line of text, without secrets.</summary>
    string GetConfigurationKey();
}
