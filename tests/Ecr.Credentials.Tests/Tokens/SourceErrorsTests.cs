using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Files;
using Ecr.Credentials.Tokens.Memory;

namespace Ecr.Credentials.Tests.Tokens;

/// <summary>Whatever a source throws, callers see what the documentation says: an <see cref="EcrCredentialException"/>, or their own cancellation.</summary>
public sealed class SourceErrorsTests
{
    private const string Host = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static readonly EcrTokenRequest Request = new(EcrRegistry.Parse(Host));

    private static IEnumerable<Exception> Failures() =>
    [
        new TaskCanceledException("vault timed out"),
        new OperationCanceledException(),
        new TimeoutException("vault timed out"),
        new IOException("vault socket closed"),
        new UnauthorizedAccessException("vault is locked"),
        new InvalidOperationException("vault is sealed\nsecond line"),
        new ArgumentException("vault"),
        new AggregateException(new IOException("vault")),
    ];

    private static IEnumerable<string> Layers() => ["provider", "memory", "files", "unusable files"];

    [Test]
    public async Task A_foreign_exception_becomes_the_documented_one(
        [ValueSource(nameof(Layers))] string layer, [ValueSource(nameof(Failures))] Exception failure, [Values] bool isSynchronous)
    {
        var source = EcrTokenSource.FromDelegate((_, _) => isSynchronous ? throw failure : ValueTask.FromException<EcrToken>(failure));

        var thrown = await CatchAsync(layer, source, CancellationToken.None);

        Assert.That(thrown, Is.TypeOf<EcrCredentialException>());
        Assert.That(thrown!.InnerException, Is.SameAs(failure));
        Assert.That(thrown.Message, Does.Not.Contain('\n'));
        Assert.That(
            ((EcrCredentialException)thrown).Reason,
            Is.EqualTo(failure is OperationCanceledException or TimeoutException ? EcrCredentialErrorReason.Timeout : EcrCredentialErrorReason.ServiceError));
    }

    private static IEnumerable<TestCaseData> SdkFailures()
    {
        yield return Case(Service("AccessDeniedException", HttpStatusCode.BadRequest), EcrCredentialErrorReason.AccessDenied, false);
        yield return Case(Service("ExpiredTokenException", HttpStatusCode.BadRequest), EcrCredentialErrorReason.AwsCredentialsRejected, false);
        yield return Case(Service("ThrottlingException", HttpStatusCode.BadRequest), EcrCredentialErrorReason.Throttled, true);
        yield return Case(Service("ServerException", HttpStatusCode.InternalServerError), EcrCredentialErrorReason.ServiceError, true);
        yield return Case(Service("InvalidParameterException", HttpStatusCode.BadRequest), EcrCredentialErrorReason.ServiceError, false);
        yield return Case(
            new InvalidOperationException("wrapped", Service("AccessDeniedException", HttpStatusCode.BadRequest)),
            EcrCredentialErrorReason.AccessDenied,
            false);
        yield return Case(new AmazonClientException("no region"), EcrCredentialErrorReason.ServiceError, true);
        yield return Case(
            new HttpRequestException("x", new SocketException((int)SocketError.ConnectionRefused)), EcrCredentialErrorReason.Unreachable, true);
        yield return Case(new InvalidOperationException("vault is sealed"), EcrCredentialErrorReason.ServiceError, false);

        static TestCaseData Case(Exception failure, EcrCredentialErrorReason reason, bool isTransient) =>
            new TestCaseData(failure, reason, isTransient).SetArgDisplayNames(
                $"{failure.GetType().Name} {(failure as AmazonServiceException)?.ErrorCode}", $"{reason}", $"{isTransient}");

        static AmazonServiceException Service(string code, HttpStatusCode status) =>
            new($"text of {code}", innerException: null, ErrorType.Unknown, code, "request-7", status);
    }

    [TestCaseSource(nameof(SdkFailures))]
    public async Task A_failure_of_the_callers_AWS_client_is_translated_as_that_of_our_own(
        Exception failure, EcrCredentialErrorReason reason, bool isTransient)
    {
        foreach (var layer in Layers())
        {
            var thrown = (EcrCredentialException)(await CatchAsync(layer, EcrTokenSource.FromDelegate((_, _) => throw failure), CancellationToken.None))!;

            Assert.That((thrown.Reason, thrown.IsTransient), Is.EqualTo((reason, isTransient)), layer);
            Assert.That(thrown.RequestId, Is.EqualTo(failure.GetBaseException() is AmazonServiceException ? "request-7" : null), layer);
            Assert.That(thrown.Message, Does.Not.Contain('\n'));
        }
    }

    [Test]
    public async Task The_exception_of_the_contract_is_passed_on([ValueSource(nameof(Layers))] string layer)
    {
        var failure = new EcrCredentialException(EcrCredentialErrorReason.AccessDenied, "No.");

        Assert.That(await CatchAsync(layer, EcrTokenSource.FromDelegate((_, _) => throw failure), CancellationToken.None), Is.SameAs(failure));
    }

    [Test]
    public async Task A_missing_token_is_an_invalid_response([ValueSource(nameof(Layers))] string layer)
    {
        var thrown = await CatchAsync(layer, EcrTokenSource.FromDelegate((_, _) => new ValueTask<EcrToken>((EcrToken)null!)), CancellationToken.None);

        Assert.That(thrown, Is.TypeOf<EcrCredentialException>().With.Property(nameof(EcrCredentialException.Reason))
            .EqualTo(EcrCredentialErrorReason.InvalidResponse));
    }

    [Test]
    public async Task A_cancellation_of_the_caller_stays_one([ValueSource(nameof(Layers))] string layer)
    {
        using var canceled = new CancellationTokenSource();
        var source = EcrTokenSource.FromDelegate(async (_, cancellationToken) =>
        {
            await canceled.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellationToken);
            return null!;
        });

        Assert.That(await CatchAsync(layer, source, canceled.Token), Is.InstanceOf<OperationCanceledException>());
    }

    private static async Task<Exception?> CatchAsync(string layer, IEcrTokenSource source, CancellationToken cancellationToken)
    {
        var directory = Directory.CreateTempSubdirectory("ecr-source-errors-");
        using var memory = new EcrTokenCache(source);
        using var provider = EcrCredentialProvider.WithoutCache(source);
        var files = new EcrTokenFileCache(source, Path.Combine(directory.FullName, "tokens"));
        var unusable = new EcrTokenFileCache(source, "/dev/null/tokens");
        try
        {
            _ = layer switch
            {
                "provider" => (object)await provider.GetAuthAsync(Host, cancellationToken),
                "memory" => await memory.GetTokenAsync(Request, cancellationToken),
                "files" => await files.GetTokenAsync(Request, cancellationToken),
                _ => await unusable.GetTokenAsync(Request, cancellationToken),
            };
            return null;
        }
        catch (Exception e) when (e is not AssertionException)
        {
            return e;
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }
}
