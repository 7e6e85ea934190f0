using Amazon.Runtime;
using Ecr.Credentials;
using Ecr.Credentials.Http;
using Ecr.Credentials.Identity;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.DependencyInjection;

var services = new ServiceCollection();
services.AddEcrCredentials().Configure<EcrTokenCacheOptions>(options => options.SizeLimit = 50_000);
services.AddHttpClient("registry").AddEcrCredentials();
await using var provider = services.BuildServiceProvider();

// Keys that are read anew for each request: the tenant's ID is the key of its tokens.
var keys = new SessionAWSCredentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "session");
var tenant = EcrIdentity.Credentials(keys, "tenant-7");

// Or a role, in whose sessions AWS's logs show the tenant.
var role = EcrIdentity.Role("arn:aws:iam::123456789012:role/pull", sessionName: "tenant-8", tags: [new("tenant", "8")]);

var ecr = provider.GetRequiredService<EcrCredentialProvider>();
foreach (var identity in new[] { tenant, role })
{
    var auth = await ecr.GetAuthAsync("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app", identity);
    Console.WriteLine($"{identity}: {auth.Password.Length}");
}

// In an HTTP request:
using var request = new HttpRequestMessage(HttpMethod.Get, "https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/v2/team/app/tags/list");
request.Options.Set(EcrRegistryHandler.IdentityKey, tenant);

// When a tenant leaves, its tokens go too.
provider.GetRequiredService<EcrTokenCache>().Remove(tenant);
