using System.Runtime.Versioning;

namespace Ecr.Credentials.Kubelet.Diagnosis.Clients;

/// <summary>Where a kind of clients gets the password of a host from.</summary>
/// <param name="Kind">The clients.</param>
/// <param name="Helper">The helper as it is named in the file; null if there is none.</param>
/// <param name="File">The file that decides; null if none does.</param>
/// <param name="Login">Whether that file has a password of its own for the host, which is used.</param>
[SupportedOSPlatform("linux")]
internal sealed record ClientChoice(ClientKind Kind, string? Helper, string? File, bool Login)
{
    /// <summary>Follows the client's own search.</summary>
    public static ClientChoice Of(ClientKind kind, ClientFiles files, IReadOnlyDictionary<string, ClientFile> read, string? host)
    {
        if (kind == ClientKind.Podman && files.FindGlobalHelpers() is var (path, helpers))
        {
            // The other helpers are asked about every host, in their order; this name means the files.
            foreach (var helper in helpers)
            {
                if (helper != "containers-auth.json")
                {
                    return new ClientChoice(kind, helper, path, Login: false);
                }

                if (InFiles(kind, files, read, host) is { } chosen)
                {
                    return chosen;
                }
            }

            return new ClientChoice(kind, null, null, Login: false);
        }

        return InFiles(kind, files, read, host) ?? new ClientChoice(kind, null, null, Login: false);
    }

    private static ClientChoice? InFiles(ClientKind kind, ClientFiles files, IReadOnlyDictionary<string, ClientFile> read, string? host)
    {
        foreach (var file in files.PathsOf(kind).Select(path => read.GetValueOrDefault(path)).OfType<ClientFile>())
        {
            var helper = host is null ? file.HelperByHost.Values.FirstOrDefault() : file.HelperByHost.GetValueOrDefault(host);
            if (helper is not null)
            {
                return new ClientChoice(kind, helper, file.Path, Login: false);
            }

            // podman does not know the helper of all hosts in its own files, and finds logins of a host anywhere before.
            var isDockers = Path.GetFileName(file.Path) == "config.json";
            if (file.StoreHelper is { } store && isDockers)
            {
                return new ClientChoice(kind, store, file.Path, Login: false);
            }

            if (host is not null && file.Logins.Any(login => HostOf(login) == host))
            {
                return new ClientChoice(kind, null, file.Path, Login: true);
            }
        }

        return null;
    }

    // docker's old logins have a scheme and a path.
    private static string HostOf(string login) => login.Replace("https://", "", StringComparison.Ordinal).Split('/')[0];
}
