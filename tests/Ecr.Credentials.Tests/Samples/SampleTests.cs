using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Docker.DotNet;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Tests.Tokens.Memory;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Ecr.Credentials.Tests.Samples;

/// <summary>Runs the samples.</summary>
public sealed class SampleTests
{
    private const string Registry = "123456789012.dkr.ecr.eu-west-1.amazonaws.com";

    private static readonly DateTimeOffset Start = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Test]
    public async Task DockerPull_passes_the_credentials_to_the_Docker_engine()
    {
        await using var engine = await LoopbackServer.StartAsync((_, response) => response.WriteAsync("{\"status\":\"Pull complete\"}\n"));
        using var docker = new DockerClientBuilder().WithEndpoint(engine.Address).Build();
        using var ecr = new EcrCredentialProvider(new FakeTokenSource(DateTimeOffset.MaxValue));

        await new DockerPull(docker, ecr).PullAsync($"{Registry}/team/app", "1.2");

        var pull = engine.Requests.Single(request => request.Path.EndsWith("/images/create", StringComparison.Ordinal));
        var base64 = pull.Headers["X-Registry-Auth"].Replace('-', '+').Replace('_', '/');
        using var auth = JsonDocument.Parse(Convert.FromBase64String(base64));
        Assert.That(pull.Query, Is.EqualTo($"?fromImage={Uri.EscapeDataString($"{Registry}/team/app")}&tag=1.2"));
        Assert.That(auth.RootElement.GetProperty("username").GetString(), Is.EqualTo("AWS"));
        Assert.That(auth.RootElement.GetProperty("password").GetString(), Is.EqualTo(FakeTokenSource.Password));
        Assert.That(auth.RootElement.GetProperty("serveraddress").GetString(), Is.EqualTo(Registry));
    }

    [Test]
    public async Task OwnAwsClient_is_called_once_per_region_and_its_token_is_decoded()
    {
        var regions = new List<string>();
        await using var services = new ServiceCollection()
            .AddEcrCredentials((region, _) =>
            {
                regions.Add(region);
                var token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"AWS:{FakeTokenSource.Password}"));
                return Task.FromResult((token, (DateTime?)TimeProvider.System.GetUtcNow().UtcDateTime.AddHours(12)));
            })
            .BuildServiceProvider();
        var provider = services.GetRequiredService<EcrCredentialProvider>();

        var first = await provider.GetAuthAsync(Registry);
        var second = await provider.GetAuthAsync(Registry);

        Assert.That((first.Username, first.Password, second.Password), Is.EqualTo(("AWS", FakeTokenSource.Password, FakeTokenSource.Password)));
        Assert.That(regions, Is.EqualTo(new[] { "eu-west-1" }));
    }

    [Test]
    public async Task RegistryApi_lists_the_tags_of_a_registry_that_requires_credentials()
    {
        await using var registry = await LoopbackServer.StartAsync((request, response) =>
        {
            if (request.Authorization == LoopbackServer.BasicAuthorization("AWS", FakeTokenSource.Password) && request.Path == "/v2/team/app/tags/list")
            {
                response.ContentType = "application/json";
                return response.WriteAsync("""{"name":"team/app","tags":["1.1","1.2"]}""");
            }

            response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        });
        var collection = new ServiceCollection().AddSingleton<IEcrTokenSource>(new FakeTokenSource(DateTimeOffset.MaxValue));
        collection.AddEcrCredentials(options => options.RegistryAliases.Add(EcrRegistryAlias.Parse($"{registry.Address.Authority}={Registry}")));
        collection.AddRegistryClient(registry.Address);
        await using var services = collection.BuildServiceProvider();
        using var client = services.GetRequiredService<IHttpClientFactory>().CreateClient("registry");

        var tags = await RegistryApi.ListTagsAsync(client, "team/app");

        Assert.That(tags, Is.EqualTo(new[] { "1.1", "1.2" }));
    }

    [Test]
    public async Task LoginKeeper_logs_in_with_every_new_token_before_the_old_one_expires()
    {
        var time = new TimerSignallingTimeProvider(Start);
        var logins = Channel.CreateUnbounded<(EcrToken Token, DateTimeOffset At)>();
        var source = new FakeTokenSource((_, _) => Task.FromResult(new EcrToken("AWS", FakeTokenSource.Password, time.GetUtcNow().AddHours(12))));
        using var cache = new EcrTokenCache(source, timeProvider: time);
        using var host = await StartAsync(cache, logins.Writer, time);

        var previous = await logins.Reader.ReadAsync();
        for (var renewal = 0; renewal < 5; renewal++)
        {
            (EcrToken Token, DateTimeOffset At) next;
            while (!logins.Reader.TryRead(out next))
            {
                await time.AdvanceToTimerAsync();
            }

            Assert.That(next.Token, Is.Not.SameAs(previous.Token));
            Assert.That(next.At, Is.LessThan(previous.Token.ExpiresAt!.Value));
            previous = next;
        }

        await host.StopAsync();
    }

    [Test]
    public async Task LoginKeeper_retries_after_a_minute_if_there_is_no_token()
    {
        var time = new TimerSignallingTimeProvider(Start);
        var logins = Channel.CreateUnbounded<(EcrToken Token, DateTimeOffset At)>();
        var isFirst = true;
        var source = new FakeTokenSource((_, _) =>
        {
            var fails = isFirst;
            isFirst = false;
            return fails
                ? throw new EcrCredentialException(EcrCredentialErrorReason.Unreachable, "cannot reach AWS. Check the network.")
                : Task.FromResult(new EcrToken("AWS", FakeTokenSource.Password, Start.AddHours(12)));
        });
        using var host = await StartAsync(source, logins.Writer, time);

        await time.AdvanceToTimerAsync();
        var login = await logins.Reader.ReadAsync();
        await host.StopAsync();

        Assert.That(login.At, Is.EqualTo(Start.AddMinutes(1)));
    }

    private static async Task<IHost> StartAsync(IEcrTokenSource tokens, ChannelWriter<(EcrToken Token, DateTimeOffset At)> logins, TimeProvider time)
    {
        var builder = Host.CreateEmptyApplicationBuilder(settings: null);
        builder.Services.AddHostedService(_ => new LoginKeeper(
            tokens,
            EcrRegistry.Parse(Registry),
            (token, cancellationToken) => logins.WriteAsync((token, time.GetUtcNow()), cancellationToken).AsTask(),
            time,
            NullLogger<LoginKeeper>.Instance));
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }
}
