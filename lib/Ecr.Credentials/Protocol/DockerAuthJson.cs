using System.Buffers;
using System.Text;

namespace Ecr.Credentials.Protocol;

/// <summary>
/// Writes the <c>auths</c> of Docker's configuration file, which is also the value of <c>DOCKER_AUTH_CONFIG</c> and the <c>.dockerconfigjson</c> of a
/// Kubernetes pull secret.
/// </summary>
public static class DockerAuthJson
{
    /// <summary>Writes the credential of one registry.</summary>
    /// <param name="host">The registry's host, such as <c>123456789012.dkr.ecr.eu-west-1.amazonaws.com</c>.</param>
    /// <param name="credential">The credential.</param>
    /// <returns>One line of JSON that contains the password, such as <c>{"auths":{"host":{"auth":"QVdTOi4uLg=="}}}</c>.</returns>
    /// <exception cref="ArgumentException">The user name contains a colon, which separates it from the password.</exception>
    public static string Write(string host, RegistryCredential credential)
    {
        ArgumentNullException.ThrowIfNull(host);
        ArgumentNullException.ThrowIfNull(credential);
        return Write([new(host, credential)]);
    }

    /// <summary>Writes the credentials of several registries.</summary>
    /// <param name="credentials">The credentials by host; of a repeated host the last one.</param>
    /// <returns>One line of JSON that contains the passwords.</returns>
    /// <exception cref="ArgumentException">A user name contains a colon, which separates it from the password.</exception>
    public static string Write(IEnumerable<KeyValuePair<string, RegistryCredential>> credentials)
    {
        ArgumentNullException.ThrowIfNull(credentials);

        var byHost = new SortedDictionary<string, RegistryCredential>(StringComparer.Ordinal);
        foreach (var (host, credential) in credentials)
        {
            byHost[host] = credential;
        }

        var buffer = new ArrayBufferWriter<byte>();
        var writer = new GoJsonWriter(buffer);
        writer.WriteRaw("{\"auths\":{"u8);
        var isFirst = true;
        foreach (var (host, credential) in byHost)
        {
            writer.WriteRaw(isFirst ? ""u8 : ","u8);
            writer.WriteString(host);
            writer.WriteRaw(":{\"auth\":\""u8);
            writer.WriteRaw(Encoding.ASCII.GetBytes(Encode(credential)));
            writer.WriteRaw("\"}"u8);
            isFirst = false;
        }

        writer.WriteRaw("}}"u8);
        writer.Flush();
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static string Encode(RegistryCredential credential) =>
        credential.Username.Contains(':', StringComparison.Ordinal)
            ? throw new ArgumentException("the user name contains a colon, which separates it from the password", nameof(credential))
            : Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credential.Username}:{credential.Password}"));
}
