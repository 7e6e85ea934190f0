using System.Text;
using Ecr.Emulator.Endpoints;
using Ecr.Emulator.Services;
using Ecr.Emulator.Signing;
using Microsoft.AspNetCore.Http;

namespace Ecr.Emulator.Server;

/// <summary>Processes each request: read, verify, record, inject a fault if one is planned, and let the service respond.</summary>
internal sealed class RequestPipeline(
    AwsEmulatorOptions options,
    SigV4Verifier verifier,
    FaultPlan faults,
    RequestLog log,
    EcrService ecr,
    StsService sts,
    SsoService sso,
    SsoOidcService ssoOidc,
    SigninService signin,
    ImdsService imds,
    ContainerCredentialsService containerCredentials)
{
    public async Task HandleAsync(HttpContext context, bool viaProxy, CancellationToken stopping)
    {
        var request = await IncomingRequest.ReadAsync(context, viaProxy);
        var fault = faults.Take(request.Service);
        var now = options.TimeProvider.GetUtcNow() + (fault?.Kind is FaultKind.SkewedClock ? TimeSpan.FromHours(1) : TimeSpan.Zero);
        var verdict = IsSigned(request) ? verifier.Verify(request, TimeForSignature(now, fault)) : new SigV4Verdict();
        var place = log.Add(Record(request, verdict, now));

        if (fault?.Kind is FaultKind.Slow)
        {
            using var gone = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await HoldAsync(fault, gone.Token);
        }

        if (fault?.Kind is FaultKind.Reset)
        {
            context.Abort();
            return;
        }

        var answer = FaultAnswer.InsteadOf(request, fault) ?? Serve(request, verdict, fault, now);
        if (fault?.Kind is FaultKind.Truncated)
        {
            answer = answer with { IsTruncated = true };
        }

        // Recorded before it is sent, so that a client that has the response finds it in the log.
        var recorded = log.Complete(place, answer.StatusCode, answer.ErrorCode);
        await answer.WriteAsync(context, now);
        options.Answered?.Invoke(recorded);
    }

    private static bool IsSigned(IncomingRequest request) => request.Service switch
    {
        AwsService.Ecr or AwsService.EcrPublic => true,
        AwsService.Sts => request.Operation is not StsService.AssumeRoleWithWebIdentity,
        _ => false,
    };

    private static DateTimeOffset TimeForSignature(DateTimeOffset now, Fault? fault) => fault?.Kind switch
    {
        FaultKind.SignatureExpired => now.AddHours(1),
        FaultKind.SignatureNotYetCurrent => now.AddHours(-1),
        _ => now,
    };

    private static RecordedRequest Record(IncomingRequest request, SigV4Verdict verdict, DateTimeOffset now) => new()
    {
        Time = now,
        Service = request.Service,
        Operation = request.Operation,
        Method = request.Method,
        Host = request.Host,
        Path = request.Path,
        Scheme = request.Scheme,
        ViaProxy = request.ViaProxy,
        Headers = request.Headers,
        Body = Encoding.UTF8.GetString(request.Body.Span),
        AccessKeyId = verdict.Authorization?.AccessKeyId,
        Principal = verdict.Credentials?.PrincipalArn,
        Region = verdict.Authorization?.Scope.Region ?? AwsHost.Parse(request.Host)?.Region,
        SigningService = verdict.Authorization?.Scope.Service,
        SignatureVerified = verdict.IsVerified,
        RoleArn = request.Form.GetValueOrDefault("RoleArn"),
        RoleSessionName = request.Form.GetValueOrDefault("RoleSessionName"),
        ExternalId = request.Form.GetValueOrDefault("ExternalId"),
    };

    private Answer Serve(IncomingRequest request, SigV4Verdict verdict, Fault? fault, DateTimeOffset now)
    {
        var host = AwsHost.Parse(request.Host);
        if (host is null && AwsHost.IsAws(request.Host))
        {
            return Answer.Text(421, "text/plain", $"AWS publishes no service at the host name '{request.Host}'.", "UnknownHost");
        }

        if (host is not null && host.Service != request.Service)
        {
            return JsonAnswer.UnknownOperation();
        }

        if ((verdict.Error ?? FaultAnswer.Refusal(request, verdict, options.AccountId, fault)) is { } error)
        {
            return ErrorAnswer.For(request.Service, error);
        }

        return request.Service switch
        {
            AwsService.Ecr or AwsService.EcrPublic => ecr.Handle(request, verdict.Authorization!.Scope.Region, now, fault),
            AwsService.Sts => sts.Handle(request, verdict),
            AwsService.Sso => sso.Handle(request),
            AwsService.SsoOidc => ssoOidc.Handle(request),
            AwsService.Signin => signin.Handle(request, now),
            AwsService.Imds => imds.Handle(request, now),
            AwsService.ContainerCredentials => containerCredentials.Handle(request),
            _ => JsonAnswer.UnknownOperation(),
        };
    }

    private Task HoldAsync(Fault fault, CancellationToken cancellationToken) => fault.Delay is { } delay
        ? Task.Delay(delay, options.TimeProvider, cancellationToken)
        : faults.WaitForReleaseAsync(cancellationToken);
}
