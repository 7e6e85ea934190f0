using System.Threading.Channels;
using Ecr.Credentials.Tests.Tokens.Memory;
using Ecr.Credentials.Tokens;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Tests.Hosting;

public sealed class EcrCredentialsHostingExtensionsTests
{
    private const string Registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [TestCase(null)]
    [TestCase("prod")]
    public async Task An_HTTP_client_sends_the_credentials_of_its_key(string? key)
    {
        await using var registry = await LoopbackServer.StartAsync((_, _) => Task.CompletedTask);
        var collection = new ServiceCollection();
        AddCredentials(collection, key, new FakeTokenSource(DateTimeOffset.MaxValue), $"{registry.Address.Authority}={Registry}");
        collection.AddHttpClient("registry", client => client.BaseAddress = registry.Address).AddEcrCredentials(key);
        await using var services = collection.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("registry");

        using var response = await client.GetAsync(new Uri("/v2/", UriKind.Relative));

        Assert.That(registry.Requests.Single().Authorization, Is.EqualTo(LoopbackServer.BasicAuthorization("AWS", FakeTokenSource.Password)));
    }

    [Test]
    public async Task An_HTTP_client_adds_the_services_that_are_missing()
    {
        var collection = new ServiceCollection();
        collection.AddHttpClient("registry").AddEcrCredentials();
        await using var services = collection.BuildServiceProvider();

        Assert.That(services.GetService<EcrCredentialProvider>(), Is.Not.Null);
        Assert.That(() => services.GetRequiredService<IHttpClientFactory>().CreateClient("registry"), Throws.Nothing);
    }

    [TestCase(false, 1)]
    [TestCase(true, 3)]
    public async Task A_health_check_asks_AWS_past_the_cache_if_told_so(bool pastCache, int calls)
    {
        var tokens = new FakeTokenSource(DateTimeOffset.MaxValue);
        await using var services = Checks(tokens, pastCache);

        for (var check = 0; check < 3; check++)
        {
            Assert.That((await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Status, Is.EqualTo(HealthStatus.Healthy));
        }

        Assert.That(tokens.Requests, Has.Count.EqualTo(calls));
    }

    [Test]
    public async Task A_health_check_that_fails_says_why_without_secrets()
    {
        var tokens = new FakeTokenSource((_, _) => throw new EcrCredentialException(
            EcrCredentialErrorReason.AccessDenied, "AWS denied access", new InvalidOperationException(FakeTokenSource.Password)));
        await using var services = Checks(tokens, pastCache: true, HealthStatus.Degraded);

        var entry = (await services.GetRequiredService<HealthCheckService>().CheckHealthAsync()).Entries["ecr"];

        Assert.That((entry.Status, entry.Description), Is.EqualTo((HealthStatus.Degraded, "AWS denied access")));
        Assert.That(entry.Exception!.ToString(), Does.Not.Contain(FakeTokenSource.Password));
    }

    [Test]
    public async Task Every_new_token_is_passed_on_before_the_old_one_expires()
    {
        var time = new TimerSignallingTimeProvider(Start);
        var source = new FakeTokenSource((_, _) => Task.FromResult(new EcrToken("AWS", FakeTokenSource.Password, time.GetUtcNow().AddHours(12))));
        var passed = Channel.CreateUnbounded<(EcrToken Token, DateTimeOffset At)>();
        using var host = await StartAsync(source, time, token => passed.Writer.TryWrite((token, time.GetUtcNow())));

        var previous = await passed.Reader.ReadAsync();
        for (var renewal = 0; renewal < 5; renewal++)
        {
            await time.AdvanceToTimerAsync();
            var next = await passed.Reader.ReadAsync();

            Assert.That(next.Token, Is.Not.SameAs(previous.Token));
            Assert.That(next.At, Is.EqualTo(previous.At.AddHours(6)));
            previous = next;
        }

        await host.StopAsync();
    }

    [Test]
    public async Task A_failure_of_AWS_or_of_the_callback_is_logged_and_retried_after_a_minute()
    {
        var time = new TimerSignallingTimeProvider(Start);
        var logger = new ListLogger();
        var attempts = 0;
        var source = new FakeTokenSource((_, _) => ++attempts == 1
            ? throw new EcrCredentialException(EcrCredentialErrorReason.Unreachable, "cannot reach AWS")
            : Task.FromResult(new EcrToken("AWS", FakeTokenSource.Password, Start.AddHours(12))));
        var passed = Channel.CreateUnbounded<DateTimeOffset>();
        var calls = 0;
        using var host = await StartAsync(source, time, OnToken, logger);

        void OnToken(EcrToken token)
        {
            if (++calls == 1)
            {
                throw new IOException("disk full");
            }

            passed.Writer.TryWrite(time.GetUtcNow());
        }

        await time.AdvanceToTimerAsync();
        await time.AdvanceToTimerAsync();
        Assert.That(await passed.Reader.ReadAsync(), Is.EqualTo(Start.AddMinutes(2)));
        await host.StopAsync();

        Assert.That(
            logger.Lines.Where(line => line.StartsWith("Error: ", StringComparison.Ordinal)).Select(line => line.Split(" at ")[0]),
            Has.Exactly(2).Items.And.Some.Contains("cannot reach AWS; retrying in 00:01:00").And.Some.Contains("IOException: disk full; retrying in 00:01:00"));
        Assert.That(attempts, Is.EqualTo(2), "After the callback failed it gets the cached token.");
    }

    [Test]
    public void A_host_that_is_not_a_registry_fails_at_startup()
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddEcrTokenRenewal("docker.io", (_, _, _) => Task.CompletedTask);
        using var host = builder.Build();

        Assert.That(
            () => host.StartAsync(),
            Throws.TypeOf<EcrCredentialException>().With.Message.StartsWith("cannot renew tokens for \"docker.io\": it is not an Amazon ECR registry host"));
    }

    private static void AddCredentials(IServiceCollection services, string? key, IEcrTokenSource tokens, string alias)
    {
        _ = key is null ? services.AddEcrCredentials(_ => tokens, Configure) : services.AddKeyedEcrCredentials(key, _ => tokens, Configure);

        void Configure(EcrCredentialProviderOptions options) => options.RegistryAliases.Add(EcrRegistryAlias.Parse(alias));
    }

    private static ServiceProvider Checks(FakeTokenSource tokens, bool pastCache, HealthStatus? failureStatus = null)
    {
        var collection = new ServiceCollection();
        collection.AddLogging().AddEcrCredentials(_ => tokens);
        collection.AddHealthChecks().AddEcrCredentials(Registry, pastCache, failureStatus: failureStatus);
        return collection.BuildServiceProvider();
    }

    private static async Task<IHost> StartAsync(IEcrTokenSource tokens, TimeProvider time, Action<EcrToken> onToken, ListLogger? logger = null)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        if (logger is not null)
        {
            builder.Logging.AddProvider(logger);
        }

        builder.Services.AddSingleton(time).AddEcrCredentials(_ => tokens).AddEcrTokenRenewal(Registry, (_, token, _) =>
        {
            onToken(token);
            return Task.CompletedTask;
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
