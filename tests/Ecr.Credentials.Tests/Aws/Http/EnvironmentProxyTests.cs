using System.Net;
using Ecr.Credentials.Aws.Http;
using Microsoft.AspNetCore.Http;

namespace Ecr.Credentials.Tests.Aws.Http;

/// <summary>The variables, as Go's httpproxy reads them; <see cref="NoProxyListTests"/> has the rules of NO_PROXY.</summary>
public sealed class EnvironmentProxyTests
{
    private static readonly Uri Https = new("https://api.ecr.eu-west-1.amazonaws.com/");
    private static readonly Uri Http = new("http://ecr.example/");

    [TestCase("proxy.example", "http://proxy.example:80")]
    [TestCase("proxy.example:3128", "http://proxy.example:3128")]
    [TestCase("proxy", "http://proxy:80")]
    [TestCase("proxy:3128", "http://proxy:3128")]
    [TestCase("10.0.0.1:3128", "http://10.0.0.1:3128")]
    [TestCase("[2001:db8::1]:3128", "http://[2001:db8::1]:3128")]
    [TestCase("http://proxy.example/", "http://proxy.example:80")]
    [TestCase("http://proxy.example:3128/path?query#fragment", "http://proxy.example:3128")]
    [TestCase("http://proxy.example:", "http://proxy.example:80")]
    [TestCase("HTTP://Proxy.Example:3128", "http://proxy.example:3128")]
    [TestCase("https://proxy.example", "https://proxy.example:443")]
    [TestCase("socks5://proxy.example", "socks5://proxy.example:1080")]
    [TestCase("socks5h://proxy.example", "socks5://proxy.example:1080")]
    [TestCase("SOCKS5H://proxy.example:9050", "socks5://proxy.example:9050")]
    [TestCase("http://user:p%40ss@proxy.example:3128", "http://proxy.example:3128")]
    [TestCase("user:p@ss@proxy.example:3128", "http://proxy.example:3128")]
    [TestCase("http://proxy_1:3128", "http://proxy_1:3128")]
    public void A_proxy_is_read_with_its_default_port_and_without_its_user(string value, string expected)
    {
        var proxy = Read(("HTTPS_PROXY", value))!.GetProxy(Https)!;

        Assert.That($"{proxy.Scheme}://{proxy.Host}:{proxy.Port}", Is.EqualTo(expected));
        Assert.That(proxy.UserInfo, Is.Empty);
    }

    [TestCase("http://user:p%40ss%3Aword@proxy.example:3128", "user", "p@ss:word")]
    [TestCase("user:p@ss@proxy.example:3128", "user", "p@ss")]
    [TestCase(@"http://CORP\user:pw@proxy.example:3128", @"CORP\user", "pw")]
    [TestCase("http://user@proxy.example:3128", "user", "")]
    [TestCase("http://user:100%@proxy.example:3128", "user", "100%")]
    public void User_and_password_are_decoded(string value, string user, string password)
    {
        var proxy = Read(("HTTPS_PROXY", value))!;

        var credential = ((ICredentials)proxy).GetCredential(proxy.GetProxy(Https)!, "Basic")!;

        Assert.That((credential.UserName, credential.Password), Is.EqualTo((user, password)));
        Assert.That(((ICredentials)proxy).GetCredential(new Uri("http://other.example:3128"), "Basic"), Is.Null);
        Assert.That(((ICredentials)proxy).GetCredential(proxy.GetProxy(Https)!, "Negotiate"), Is.Null);
    }

    [Test]
    public async Task A_proxy_receives_the_decoded_password()
    {
        await using var server = await LoopbackServer.StartAsync((request, response) =>
        {
            if (!request.Headers.ContainsKey("Proxy-Authorization"))
            {
                response.StatusCode = StatusCodes.Status407ProxyAuthenticationRequired;
                response.Headers.ProxyAuthenticate = "Basic realm=\"proxy\"";
            }

            return Task.CompletedTask;
        });
        using var handler = new SocketsHttpHandler { Proxy = Read(("HTTP_PROXY", $"http://us%3Aer:p%40ss@127.0.0.1:{server.Address.Port}")) };
        using var client = new HttpClient(handler);

        using var response = await client.GetAsync(Http);

        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
        Assert.That(
            server.Requests[^1].Headers["Proxy-Authorization"].ToString(), Is.EqualTo(LoopbackServer.BasicAuthorization("us:er", "p@ss")));
    }

    [TestCase("http://proxy.example:port", "http://proxy.example:…")]
    [TestCase("http://proxy.example:65536", "http://proxy.example:65536")]
    [TestCase("http://proxy.example:-1", "http://proxy.example:…")]
    [TestCase("http://", "http://")]
    [TestCase("://proxy.example", null)]
    [TestCase("ftp://proxy.example:21", "ftp://proxy.example:21")]
    [TestCase("socks4://proxy.example", "socks4://proxy.example")]
    [TestCase(" http://proxy.example", null)]
    [TestCase("http://proxy.example ", "http://proxy.example ")]
    [TestCase("http://pro xy:3128", "http://pro xy:3128")]
    [TestCase("http://2001:db8::1", null)]
    [TestCase("http://[2001:db8::1", null)]
    [TestCase("http://user:s3cret@", "http://")]
    [TestCase("http://user:s3cret", "http://user:…")]
    [TestCase("user:s3cret@proxy.example:port", "proxy.example:…")]
    [TestCase("ftp://user:s3cret@proxy.example", "ftp://proxy.example")]
    [TestCase("http://user:s3cret/s3cret@proxy.example:3128", "http://proxy.example:3128")]
    [TestCase("http://proxy.example:port/?s3cret#s3cret", "http://proxy.example:…")]
    public void A_value_that_cannot_be_used_is_an_error_without_secrets(string value, string? shown)
    {
        var error = Read(("HTTPS_PROXY", value))!.Find(Https)!.Error;

        Assert.That(error, Does.StartWith("invalid HTTPS_PROXY \"").And.Contain("expected a proxy such as http://host:3128"));
        Assert.That(error, Does.Not.Contain("s3cret"));
        if (shown is not null)
        {
            Assert.That(error, Does.StartWith($"invalid HTTPS_PROXY \"{shown}\": "));
        }
    }

    [Test]
    public void A_value_that_is_not_needed_is_no_error()
    {
        var proxy = Read(("HTTP_PROXY", "ftp://x"), ("HTTPS_PROXY", "ftp://x"), ("NO_PROXY", "amazonaws.com"))!;

        Assert.That(proxy.Find(Https), Is.Null);
        Assert.That(proxy.Find(new Uri("http://127.0.0.1/")), Is.Null);
        Assert.That(proxy.Find(Http)!.Error, Does.StartWith("invalid HTTP_PROXY \"ftp://x\""));
    }

    [Test]
    public void Each_scheme_has_its_own_variable_and_upper_case_overrides_lower_case()
    {
        var both = Read(("HTTP_PROXY", "a"), ("http_proxy", "b"), ("HTTPS_PROXY", "c"), ("https_proxy", "d"), ("NO_PROXY", "x"), ("no_proxy", "*"))!;
        var lower = Read(("http_proxy", "b"), ("https_proxy", "d"), ("no_proxy", "ecr.example"))!;

        Assert.That((both.Find(Http)?.ToString(), both.Find(Https)?.ToString()), Is.EqualTo(("a:80 (HTTP_PROXY)", "c:80 (HTTPS_PROXY)")));
        Assert.That((lower.Find(Http)?.ToString(), lower.Find(Https)?.ToString()), Is.EqualTo((null as string, "d:80 (https_proxy)")));
        Assert.That(Read(("HTTP_PROXY", "a"))!.Find(Https), Is.Null, "HTTP_PROXY is not for https.");
        Assert.That(both.Find(new Uri("ftp://ecr.example/")), Is.Null);
    }

    [TestCase("NO_PROXY", "*")]
    [TestCase("ALL_PROXY", "http://proxy.example")]
    [TestCase("all_proxy", "http://proxy.example")]
    public void No_other_variable_names_a_proxy(string variable, string value) => Assert.That(Read((variable, value)), Is.Null);

    [Test]
    public void A_CGI_program_does_not_use_HTTP_PROXY_which_its_client_can_set()
    {
        var proxy = Read(("HTTP_PROXY", "http://user:s3cret@proxy.example"), ("HTTPS_PROXY", "proxy.example"), ("REQUEST_METHOD", "GET"))!;

        Assert.That(proxy.Find(Http)!.Error, Does.StartWith("refusing HTTP_PROXY: ").And.Not.Contain("s3cret"));
        Assert.That(proxy.Find(Https)!.Error, Is.Null);
    }

    [TestCase("http://localhost/")]
    [TestCase("http://LOCALHOST:8080/")]
    [TestCase("https://127.0.0.1/")]
    [TestCase("http://127.255.0.1:5000/")]
    [TestCase("http://[::1]:5000/")]
    [TestCase("http://[::ffff:127.0.0.2]/")]
    [TestCase("http://169.254.169.254/latest/")]
    [TestCase("http://169.254.170.2/")]
    [TestCase("http://169.254.170.23/v1/credentials")]
    [TestCase("http://[fe80::1]/")]
    [TestCase("http://[fd00:ec2::254]/")]
    [TestCase("http://[fd00:ec2::23]/")]
    public void The_machine_itself_and_its_link_are_called_directly(string address)
    {
        var proxy = Read(("HTTP_PROXY", "proxy.example"), ("HTTPS_PROXY", "proxy.example"))!;

        Assert.That((proxy.GetProxy(new Uri(address)), proxy.IsBypassed(new Uri(address))), Is.EqualTo((null as Uri, true)));
    }

    [TestCase("http://localhost.example/")]
    [TestCase("http://127.0.0.1.example/")]
    [TestCase("http://128.0.0.1/")]
    [TestCase("http://169.253.169.254/")]
    [TestCase("http://[::2]/")]
    [TestCase("http://[fd00:ec3::254]/")]
    [TestCase("http://10.0.0.1/")]
    public void Any_other_host_is_called_through_the_proxy(string address)
    {
        var proxy = Read(("HTTP_PROXY", "proxy.example"))!;

        Assert.That((proxy.GetProxy(new Uri(address))?.Host, proxy.IsBypassed(new Uri(address))), Is.EqualTo(("proxy.example", false)));
    }

    private static EnvironmentProxy? Read(params (string Name, string Value)[] variables) =>
        EnvironmentProxy.Read(variables.ToDictionary(variable => variable.Name, variable => variable.Value).GetValueOrDefault);
}
