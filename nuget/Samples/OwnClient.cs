using Amazon;
using Amazon.ECR;
using Amazon.ECR.Model;
using Ecr.Credentials;
using Ecr.Credentials.Tokens;
using Ecr.Credentials.Tokens.Memory;
using Microsoft.Extensions.DependencyInjection;

await using var services = new ServiceCollection()
    .Configure<EcrTokenCacheOptions>(options => options.SizeLimit = 100)
    .AddEcrCredentials(_ => EcrTokenSource.FromDelegate(async (request, cancellationToken) =>
    {
        var client = new AmazonECRClient(RegionEndpoint.GetBySystemName(request.Registry.Region));
        var response = await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest(), cancellationToken);
        var data = response.AuthorizationData[0];
        return EcrToken.FromAuthorizationToken(data.AuthorizationToken, data.ExpiresAt);
    }))
    .BuildServiceProvider();

var ecr = services.GetRequiredService<EcrCredentialProvider>();
var auth = await ecr.GetAuthAsync("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app");
Console.WriteLine($"{auth.Username} {auth.Password.Length}");
