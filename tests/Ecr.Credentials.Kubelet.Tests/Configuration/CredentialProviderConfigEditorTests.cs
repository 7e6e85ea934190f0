using Ecr.Credentials.Kubelet.Configuration;

namespace Ecr.Credentials.Kubelet.Tests.Configuration;

public class CredentialProviderConfigEditorTests
{
    private const string Commented =
        """
        # Written by the platform team.
        apiVersion: kubelet.config.k8s.io/v1   # do not change
        kind: CredentialProviderConfig

        providers:
          # Google
          - name: gcr
            matchImages: [ "*.gcr.io", 'gcr.io' ]   # both
            defaultCacheDuration: "1m"
            apiVersion: credentialprovider.kubelet.k8s.io/v1

          # Amazon
          - name: ecr-credential-provider
            matchImages:
              - "*.dkr.ecr.*.amazonaws.com"   # private
              - public.ecr.aws
            defaultCacheDuration: 12h   # ignored by ECR
            apiVersion: credentialprovider.kubelet.k8s.io/v1
            args:
            - get-credentials
            # the end

        # after all
        """;

    private static CredentialProvider Ecr => new()
    {
        Name = "ecr-credential-provider",
        MatchImages = ["*.dkr.ecr.*.amazonaws.com", "public.ecr.aws"],
        DefaultCacheDuration = TimeSpan.FromHours(12),
        ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
        Arguments = ["get-credentials"],
    };

    [Test]
    public void Setting_what_is_there_returns_the_same_text() => Assert.That(CredentialProviderConfigEditor.Set(Commented, Ecr), Is.SameAs(Commented));

    [Test]
    public void A_changed_value_changes_nothing_else()
    {
        var provider = With(Ecr, duration: TimeSpan.FromHours(6));

        Assert.That(
            CredentialProviderConfigEditor.Set(Commented, provider),
            Is.EqualTo(Commented.Replace("12h   # ignored", "6h0m0s   # ignored", StringComparison.Ordinal)));
    }

    [Test]
    public void A_list_in_block_style_stays_one()
    {
        var provider = With(Ecr, args: ["get-credentials", "-v", "yes", "*"]);

        Assert.That(
            CredentialProviderConfigEditor.Set(Commented, provider),
            Is.EqualTo(Commented.Replace(
                "    - get-credentials",
                "    - get-credentials\n    - \"-v\"\n    - \"yes\"\n    - \"*\"",
                StringComparison.Ordinal)));
    }

    [Test]
    public void An_emptied_list_is_written_on_the_line_of_its_key() => Assert.That(
        CredentialProviderConfigEditor.Set(Commented, With(Ecr, args: [])),
        Is.EqualTo(Commented.Replace("    args:\n    - get-credentials", "    args: []", StringComparison.Ordinal)));

    [Test]
    public void A_new_field_follows_the_last_one()
    {
        var provider = With(Ecr, environment: [new("AWS_REGION", "eu-west-1"), new("EMPTY", "")]);

        Assert.That(
            CredentialProviderConfigEditor.Set(Commented, provider),
            Is.EqualTo(Commented.Replace(
                "    - get-credentials",
                "    - get-credentials\n    env:\n    - name: AWS_REGION\n      value: eu-west-1\n    - name: EMPTY\n      value: \"\"",
                StringComparison.Ordinal)));
    }

    [Test]
    public void A_new_provider_follows_the_last_one()
    {
        var text = CredentialProviderConfigEditor.Set(Commented, new CredentialProvider
        {
            Name = "acr",
            MatchImages = ["*.azurecr.io"],
            DefaultCacheDuration = TimeSpan.Zero,
            ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
        });

        Assert.That(text, Is.EqualTo(Commented.Replace(
            "    - get-credentials",
            """
                - get-credentials
              - name: acr
                matchImages:
                - "*.azurecr.io"
                defaultCacheDuration: 0s
                apiVersion: credentialprovider.kubelet.k8s.io/v1
            """,
            StringComparison.Ordinal)));
        Assert.That(CredentialProviderConfigEditor.Remove(text, "acr"), Is.EqualTo(Commented));
    }

    [Test]
    public void The_last_provider_leaves_an_empty_list()
    {
        var text = CredentialProviderConfigEditor.Remove(CredentialProviderConfigEditor.Remove(Commented, "gcr"), "ecr-credential-provider");

        Assert.That(text, Does.Contain("providers: []\n  # Google\n").And.Contain("# the end").And.Not.Contain("- name"));
        Assert.That(CredentialProviderConfigEditor.Set(text, Ecr), Does.Contain("providers: [{name: ecr-credential-provider"));
    }

    [Test]
    public void Windows_line_breaks_and_a_byte_order_mark_stay()
    {
        var text = "\ufeff" + Commented.ReplaceLineEndings("\r\n");

        Assert.That(
            CredentialProviderConfigEditor.Set(text, With(Ecr, args: ["a", "b"])),
            Is.EqualTo(text.Replace("    - get-credentials", "    - a\r\n    - b", StringComparison.Ordinal)));
    }

    [TestCase("name: &n ecr", "defaultCacheDuration: &d 12h", "anchor")]
    [TestCase("name: ecr", "defaultCacheDuration: !!str 12h", "tag")]
    public void What_is_shared_or_tagged_is_refused(string name, string duration, string reason)
    {
        var text = $"""
            apiVersion: kubelet.config.k8s.io/v1
            kind: CredentialProviderConfig
            providers:
            - {name}
              matchImages: [a.io]
              {duration}
              apiVersion: credentialprovider.kubelet.k8s.io/v1
            """;
        var provider = new CredentialProvider
        {
            Name = "ecr",
            MatchImages = ["a.io"],
            DefaultCacheDuration = TimeSpan.FromHours(1),
            ApiVersion = "credentialprovider.kubelet.k8s.io/v1",
        };

        Assert.That(() => CredentialProviderConfigEditor.Set(text, provider), Throws.TypeOf<CredentialProviderConfigException>().With.Message.Contains(reason));
    }

    [Test]
    public void A_text_that_the_kubelet_refuses_is_refused() =>
        Assert.That(
            () => CredentialProviderConfigEditor.Set("providers: [", Ecr),
            Throws.TypeOf<CredentialProviderConfigException>().With.Message.Contains("invalid YAML"));

    [Test]
    public void Every_accepted_configuration_can_be_changed_or_is_refused_and_a_second_change_to_the_same_values_changes_nothing()
    {
        var refused = new List<string>();
        var changed = 0;
        foreach (var row in ConfigVectors.Read("config-files.jsonl"))
        {
            if (row.Text("stage") == "read" || row.TryGetProperty("base64", out _))
            {
                continue;
            }

            foreach (var edit in Edits(row.Text("text")))
            {
                try
                {
                    var text = edit();
                    changed++;
                    Assert.That(CredentialProviderConfig.TryParse(System.Text.Encoding.UTF8.GetBytes(text), "x", out _, out _), text);
                }
                catch (CredentialProviderConfigException exception)
                {
                    refused.Add($"{row.Text("id")}: {exception.Message}");
                }
            }
        }

        TestContext.Out.WriteLine(string.Join('\n', refused));
        Assert.That(changed, Is.GreaterThan(1000));
        Assert.That(refused, Has.Count.LessThan(40), () => string.Join('\n', refused));
    }

    private static IEnumerable<Func<string>> Edits(string text)
    {
        yield return () => Twice(text, With(Ecr, name: "added"));
        var config = CredentialProviderConfig.Parse(System.Text.Encoding.UTF8.GetBytes(text), "x");
        foreach (var provider in config.Providers)
        {
            yield return () => Twice(text, With(provider, args: ["new", "#1: x", "-", "a: b"]));
            yield return () => Twice(text, With(provider, duration: TimeSpan.FromSeconds(90)));
            yield return () => Twice(text, With(provider, environment: [new("A", "b"), new("C", "[d, \"e\"\n]")]));
            yield return () => CredentialProviderConfigEditor.Remove(text, provider.Name);
        }
    }

    private static string Twice(string text, CredentialProvider provider)
    {
        var once = CredentialProviderConfigEditor.Set(text, provider);
        Assert.That(CredentialProviderConfigEditor.Set(once, provider), Is.SameAs(once));
        return once;
    }

    private static CredentialProvider With(
        CredentialProvider provider,
        string? name = null,
        TimeSpan? duration = null,
        string[]? args = null,
        ExecEnvironmentVariable[]? environment = null) => new()
        {
            Name = name ?? provider.Name,
            MatchImages = provider.MatchImages,
            DefaultCacheDuration = duration ?? provider.DefaultCacheDuration,
            ApiVersion = provider.ApiVersion,
            Arguments = args ?? provider.Arguments,
            Environment = environment ?? provider.Environment,
            TokenAttributes = provider.TokenAttributes,
        };
}
