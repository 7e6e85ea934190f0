using System.Globalization;

namespace Ecr.Emulator.Services;

/// <summary>The JSON document in which the metadata service and the container endpoint return credentials.</summary>
internal static class CredentialsDocument
{
    public static Answer For(EmulatedCredentials credentials) => new(200, "application/json", JsonAnswer.Write(json =>
    {
        json.WriteString("Code", "Success");
        json.WriteString("Type", "AWS-HMAC");
        json.WriteString("AccessKeyId", credentials.AccessKeyId);
        json.WriteString("SecretAccessKey", credentials.SecretAccessKey);
        json.WriteString("Token", credentials.SessionToken);
        json.WriteString("Expiration", credentials.Expiration?.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
    }));
}
