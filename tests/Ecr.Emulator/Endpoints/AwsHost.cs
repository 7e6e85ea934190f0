using System.Text.RegularExpressions;

namespace Ecr.Emulator.Endpoints;

/// <summary>A host name under which AWS publishes a service: https://docs.aws.amazon.com/general/latest/gr/ecr.html and the pages next to it.</summary>
internal sealed record AwsHost(AwsService Service, string Region)
{
    /// <summary>Name patterns; {r} is the region, {S} and {D} are the partition's DNS suffix and dual-stack DNS suffix.</summary>
    private static readonly (AwsService Service, string Form, Func<AwsPartition, bool> In)[] Forms =
    [
        (AwsService.Ecr, "api.ecr.{r}.{S}", _ => true),
        (AwsService.Ecr, "ecr.{r}.{S}", _ => true),
        (AwsService.Ecr, "api.ecr-fips.{r}.{S}", _ => true),
        (AwsService.Ecr, "ecr-fips.{r}.{S}", partition => partition.Name is "aws" or "aws-us-gov"),
        (AwsService.Ecr, "ecr.{r}.{D}", _ => true),
        (AwsService.Ecr, "ecr-fips.{r}.{D}", _ => true),
        (AwsService.EcrPublic, "api.ecr-public.{r}.{S}", partition => partition.Name is "aws"),
        (AwsService.EcrPublic, "ecr-public.{r}.{S}", partition => partition.Name is "aws"),
        (AwsService.EcrPublic, "ecr-public.{r}.{D}", partition => partition.Name is "aws"),
        (AwsService.Sts, "sts.{r}.{S}", _ => true),
        (AwsService.Sts, "sts-fips.{r}.{S}", partition => partition.Name is not "aws-us-gov"),
        (AwsService.Sts, "sts.{r}.{D}", _ => true),
        (AwsService.Sts, "sts-fips.{r}.{D}", _ => true),
        (AwsService.Sso, "portal.sso.{r}.{S}", _ => true),
        (AwsService.Sso, "portal.sso.{r}.{D}", _ => true),
        (AwsService.SsoOidc, "oidc.{r}.{S}", _ => true),
        (AwsService.SsoOidc, "oidc.{r}.{D}", _ => true),
        (AwsService.Signin, "{r}.signin.aws.amazon.com", partition => partition.Name is "aws"),
        (AwsService.Signin, "{r}.signin.amazonaws.cn", partition => partition.Name is "aws-cn"),
        (AwsService.Signin, "{r}.signin.amazonaws-us-gov.com", partition => partition.Name is "aws-us-gov"),
        (AwsService.Signin, "{r}.signin-fips.amazonaws-us-gov.com", partition => partition.Name is "aws-us-gov"),
        (AwsService.Signin, "{r}.signin.amazonaws-eusc.eu", partition => partition.Name is "aws-eusc"),
        (AwsService.Signin, "signin-fips.{r}.{S}", partition => partition.Name is not "aws-us-gov"),
        (AwsService.Signin, "signin.{r}.{D}", _ => true),
        (AwsService.Signin, "signin-fips.{r}.{D}", _ => true),
    ];

    /// <param name="host">A Host header.</param>
    /// <returns>Null for a name that is not one of these services, such as a loopback address.</returns>
    public static AwsHost? Parse(string host)
    {
        var name = host.EndsWith(":443", StringComparison.Ordinal) ? host[..^4] : host;
        if (name is "sts.amazonaws.com")
        {
            return new AwsHost(AwsService.Sts, "us-east-1");
        }

        if (name is "signin-fips.amazonaws-us-gov.com")
        {
            return new AwsHost(AwsService.Signin, "us-gov-west-1");
        }

        foreach (var partition in AwsPartition.All)
        {
            foreach (var (service, form, isIn) in Forms)
            {
                if (isIn(partition) && MatchRegion(name, form, partition) is { } region)
                {
                    return new AwsHost(service, region);
                }
            }
        }

        return null;
    }

    /// <summary>Whether the name is under one of AWS's DNS suffixes, whether or not it exists.</summary>
    public static bool IsAws(string host)
    {
        var name = host.Split(':')[0];
        return AwsPartition.All.Any(partition =>
            name.EndsWith("." + partition.DnsSuffix, StringComparison.Ordinal) || name.EndsWith("." + partition.DualStackDnsSuffix, StringComparison.Ordinal));
    }

    private static string? MatchRegion(string name, string form, AwsPartition partition)
    {
        var pattern = Regex.Escape(
            form.Replace("{S}", partition.DnsSuffix, StringComparison.Ordinal).Replace("{D}", partition.DualStackDnsSuffix, StringComparison.Ordinal))
            .Replace(Regex.Escape("{r}"), $"(?<region>{partition.RegionPattern})", StringComparison.Ordinal);
        var match = Regex.Match(name, $@"\A{pattern}\z");
        return match.Success ? match.Groups["region"].Value : null;
    }
}
