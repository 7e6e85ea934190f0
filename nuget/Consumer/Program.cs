using Consumer;
using Ecr.Credentials;
using Ecr.Credentials.Kubelet.Configuration;
using Ecr.Credentials.Kubelet.Plugins;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

var request = CredentialProviderRequest.Parse(
    """
    {
      "kind": "CredentialProviderRequest",
      "apiVersion": "credentialprovider.kubelet.k8s.io/v1",
      "image": "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app"
    }
    """u8);

var patterns = new ImagePatternSet([ImagePattern.Parse("public.ecr.aws"), ImagePattern.Parse("*.dkr.ecr.*.amazonaws.com")]);
var pattern = patterns[patterns.FirstMatch(request.Image)];
var registry = EcrRegistry.Parse(request.Image);

var clock = new StoppedClock(DateTimeOffset.UnixEpoch);
using var provider = new EcrCredentialProvider(new FakeTokenSource(clock.GetUtcNow().AddHours(12)), timeProvider: clock);

// Round trip over the kubelet's protocol: write and parse.
using var wire = new MemoryStream();
(await provider.GetCredentialsAsync(request)).WriteTo(wire);
var response = CredentialProviderResponse.Parse(wire.ToArray());
var auth = response.Auth[registry.Host];
var duration = GoDuration.Format(response.CacheDuration!.Value);

Console.WriteLine(
    $"{auth.Username}:{auth.Password} for {registry} ({registry.Partition}, {registry.Region}), matched by {pattern}, kept for {duration}");

// A container, configured by settings, with an HTTP client and a health check.
var configuration = new ConfigurationBuilder()
    .AddInMemoryCollection([new("Ecr:RegistryAliases:0", $"mirror.example.com={registry.Host}"), new("Ecr:Cache:FetchTimeout", "30s")])
    .Build();
var services = new ServiceCollection();
services.AddLogging();
services.AddSingleton<TimeProvider>(clock);
services.AddEcrCredentials(configuration);
services.AddEcrCredentials(_ => new FakeTokenSource(clock.GetUtcNow().AddHours(12)));
services.AddHttpClient("registry").AddEcrCredentials();
services.AddHealthChecks().AddEcrCredentials("mirror.example.com", pastCache: true);
await using (var container = services.BuildServiceProvider())
{
    using var client = container.GetRequiredService<IHttpClientFactory>().CreateClient("registry");
    var token = await container.GetRequiredService<EcrCredentialProvider>().GetTokenAsync("mirror.example.com/app");
    var health = await container.GetRequiredService<HealthCheckService>().CheckHealthAsync();
    Console.WriteLine($"container: {token.Username} until {token.ExpiresAt:u}, {health.Status}");
}

// The kubelet's side: the configuration, and a plugin that is a shell script.
var directory = Directory.CreateTempSubdirectory("consumer-");
try
{
    var config = CredentialProviderConfig.Parse(
        """
        apiVersion: kubelet.config.k8s.io/v1
        kind: CredentialProviderConfig
        providers:
        - name: plugin
          matchImages: ["*.dkr.ecr.*.amazonaws.com"]
          defaultCacheDuration: 12h
          apiVersion: credentialprovider.kubelet.k8s.io/v1
        """u8,
        "config.yaml");
    File.WriteAllText(
        Path.Combine(directory.FullName, "plugin"),
        """
        #!/bin/sh
        echo '{"kind":"CredentialProviderResponse","apiVersion":"credentialprovider.kubelet.k8s.io/v1","cacheKeyType":"Registry","auth":{'
        echo '"*.dkr.ecr.*.amazonaws.com":{"username":"AWS","password":"fake-password"}}}'
        """);
    if (!OperatingSystem.IsWindows())
    {
        File.SetUnixFileMode(Path.Combine(directory.FullName, "plugin"), UnixFileMode.UserRead | UnixFileMode.UserExecute);
    }

    using var kubelet = new KubeletCredentials(config.Providers, directory.FullName);
    var explanation = await kubelet.ExplainAsync(request.Image);
    var step = explanation.Providers[0];
    var credential = explanation.Credentials[0];
    Console.WriteLine(
        $"{step.Provider}: {step.Outcome}, {credential.Username} for {credential.AuthKey}, cached for {GoDuration.Format(step.CachedFor!.Value)}");
}
finally
{
    directory.Delete(recursive: true);
}
