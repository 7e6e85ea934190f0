using Consumer;
using Ecr.Credentials;
using Ecr.Credentials.Matching;
using Ecr.Credentials.Protocol;
using Ecr.Credentials.Registries;

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
var options = new EcrCredentialProviderOptions { TimeProvider = clock };
using var provider = new EcrCredentialProvider(new FakeTokenSource(clock.GetUtcNow().AddHours(12)), options);

// Round trip over the kubelet's protocol: write and parse.
using var wire = new MemoryStream();
(await provider.GetCredentialsAsync(request)).WriteTo(wire);
var response = CredentialProviderResponse.Parse(wire.ToArray());
var auth = response.Auth[registry.Host];
var duration = GoDuration.Format(response.CacheDuration!.Value);

Console.WriteLine(
    $"{auth.Username}:{auth.Password} for {registry} ({registry.Partition}, {registry.Region}), matched by {pattern}, kept for {duration}");
