using Ecr.Credentials;

string[] images = ["123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2", "mirror.example.com:5000/team/app", "docker.io/library/nginx"];

var options = new EcrCredentialProviderOptions
{
    RegistryAliases = { EcrRegistryAlias.Parse("mirror.example.com:5000=123456789012.dkr.ecr.eu-west-1.amazonaws.com") },
};
using var ecr = new EcrCredentialProvider(options);
foreach (var image in images.Where(ecr.Handles))
{
    var token = await ecr.GetTokenAsync(image);
    Console.WriteLine($"{image}: {token.Username} until {token.ExpiresAt:u}");
}
