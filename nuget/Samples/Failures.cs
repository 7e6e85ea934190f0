using Ecr.Credentials;

using var ecr = new EcrCredentialProvider();
for (var attempt = 1; ; attempt++)
{
    try
    {
        await ecr.GetAuthAsync("123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app");
        return 0;
    }
    catch (EcrCredentialException e) when (e.IsTransient && attempt < 3)
    {
        Console.Error.WriteLine($"attempt {attempt}: {e.Message}");
        await Task.Delay(TimeSpan.FromSeconds(attempt));
    }
    catch (EcrCredentialException e)
    {
        Console.Error.WriteLine($"{e.Reason} ({e.ErrorCode}, request {e.RequestId}): {e.Message}");
        return 1;
    }
}
