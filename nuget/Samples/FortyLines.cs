using System.Text;
using Amazon;
using Amazon.ECR;
using Amazon.ECR.Model;

var passwords = new HandRolledPasswords();
Console.WriteLine((await passwords.GetAsync("eu-west-1")).Length);

internal sealed class HandRolledPasswords
{
    private readonly Dictionary<string, (string Password, DateTime ExpiresAt)> _cache = [];
    private readonly SemaphoreSlim _lock = new(1);

    public async Task<string> GetAsync(string region)
    {
        await _lock.WaitAsync();
        try
        {
            if (_cache.TryGetValue(region, out var cached) && cached.ExpiresAt > DateTime.UtcNow)
            {
                return cached.Password;
            }

            var client = new AmazonECRClient(RegionEndpoint.GetBySystemName(region));
            var response = await client.GetAuthorizationTokenAsync(new GetAuthorizationTokenRequest());
            var data = response.AuthorizationData[0];
            var text = Encoding.UTF8.GetString(Convert.FromBase64String(data.AuthorizationToken));
            var password = text.Split(':')[1];
            _cache[region] = (password, data.ExpiresAt ?? DateTime.UtcNow.AddHours(12));
            return password;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException("Could not get an ECR password", e);
        }
        finally
        {
            _lock.Release();
        }
    }
}
