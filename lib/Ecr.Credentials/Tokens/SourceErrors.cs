using System.Diagnostics.CodeAnalysis;
using Ecr.Credentials.Aws.Errors;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Tokens;

/// <summary>Holds the sources of callers to the contract of <see cref="IEcrTokenSource"/>, which allows two exceptions.</summary>
internal static class SourceErrors
{
    /// <summary>Calls a source.</summary>
    /// <exception cref="EcrCredentialException">The source failed, in whatever way.</exception>
    /// <exception cref="OperationCanceledException"><paramref name="cancellationToken"/> was canceled.</exception>
    /// <exception cref="ObjectDisposedException">The source was disposed.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The source may throw anything.")]
    public static ValueTask<EcrToken> GetTokenAsync(IEcrTokenSource source, EcrTokenRequest request, CancellationToken cancellationToken)
    {
        ValueTask<EcrToken> getting;
        try
        {
            getting = source.GetTokenAsync(request, cancellationToken);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<EcrToken>(Translate(e, request.Registry, cancellationToken));
        }

        // A hit of a cache allocates nothing.
        return getting.IsCompletedSuccessfully ? new ValueTask<EcrToken>(Check(getting.Result)) : AwaitAsync(getting, request.Registry, cancellationToken);
    }

    /// <summary>The exception to throw in place of a source's own; that of the AWS SDK as if the call were our own.</summary>
    public static Exception Translate(Exception exception, EcrRegistry registry, CancellationToken cancellationToken) => exception switch
    {
        EcrCredentialException or ObjectDisposedException => exception,
        OperationCanceledException when cancellationToken.IsCancellationRequested => exception,

        // HTTP clients report a timeout as a cancellation, which only who cancels may see.
        OperationCanceledException or TimeoutException => new EcrCredentialException(
            EcrCredentialErrorReason.Timeout, $"the token source timed out: {MessageText.OneLine(exception.Message)}", exception),
        _ => AwsErrors.TranslateForeign(exception, registry) ?? new EcrCredentialException(
            EcrCredentialErrorReason.ServiceError,
            $"the token source failed: {exception.GetType().Name}: {MessageText.OneLine(exception.Message)}",
            exception)
        {
            IsTransient = false,
        },
    };

    /// <exception cref="EcrCredentialException">The source returned no token.</exception>
    public static EcrToken Check(EcrToken? token) =>
        token ?? throw new EcrCredentialException(EcrCredentialErrorReason.InvalidResponse, "the token source returned no token");

    private static async ValueTask<EcrToken> AwaitAsync(ValueTask<EcrToken> getting, EcrRegistry registry, CancellationToken cancellationToken)
    {
        try
        {
            return Check(await getting.ConfigureAwait(false));
        }
        catch (Exception e) when (Translate(e, registry, cancellationToken) is var failure && failure != e)
        {
            throw failure;
        }
    }
}
