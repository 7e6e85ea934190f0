using Ecr.Credentials.Text;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.Options;

namespace Ecr.Credentials.DependencyInjection;

/// <summary>Validates the options by their own rules.</summary>
internal sealed class EcrOptionsValidator : IValidateOptions<EcrCredentialProviderOptions>, IValidateOptions<EcrTokenCacheOptions>
{
    public ValidateOptionsResult Validate(string? name, EcrCredentialProviderOptions options) =>
        Check(nameof(EcrCredentialProviderOptions), options.Validate);

    public ValidateOptionsResult Validate(string? name, EcrTokenCacheOptions options) =>
        Check(nameof(EcrTokenCacheOptions), options.Validate);

    private static ValidateOptionsResult Check(string type, Action validate)
    {
        try
        {
            validate();
            return ValidateOptionsResult.Success;
        }
        catch (ArgumentException e)
        {
            return ValidateOptionsResult.Fail($"{type}: {MessageText.OneLine(e.Message)}");
        }
    }
}
