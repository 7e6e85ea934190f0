using Ecr.Credentials;

using var ecr = new EcrCredentialProvider();
var auth = await ecr.GetAuthAsync("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app");
Console.WriteLine($"{auth.Username} {auth.Password.Length}");
