using System.Diagnostics.CodeAnalysis;

namespace Ecr.Credentials.Aws.Configuration;

/// <summary>The address of a service, as settings name it.</summary>
internal static class HttpAddress
{
    /// <summary>Parses an absolute URL of http or https whose host can be called.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out Uri? address)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out address) && address.Scheme is "http" or "https" && HasValidHost(address))
        {
            return true;
        }

        address = null;
        return false;
    }

    /// <summary>Whether the host can be written in ASCII: <see cref="Uri"/> accepts others, which fail only when they are called.</summary>
    public static bool HasValidHost(Uri address)
    {
        try
        {
            return address.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }
}
