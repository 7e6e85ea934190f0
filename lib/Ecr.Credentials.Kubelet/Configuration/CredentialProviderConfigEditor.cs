using Ecr.Credentials.Kubelet.Configuration.Editing;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration;

/// <summary>Changes one provider in the text of a <c>CredentialProviderConfig</c> and keeps everything else as it is written.</summary>
/// <remarks>
/// Takes YAML and JSON, in block and flow style. Comments, order, indentation, line breaks and quotes outside the changed values stay byte for
/// byte. The new text is read again before it is returned. Thread-safe.
/// </remarks>
public static class CredentialProviderConfigEditor
{
    /// <summary>Adds a provider, or changes the one with its name.</summary>
    /// <param name="text">The text of one file, which the kubelet can read.</param>
    /// <param name="provider">The provider, with all its values.</param>
    /// <returns>The changed text; the same text if the provider is in it with these values.</returns>
    /// <exception cref="CredentialProviderConfigException">The text is not valid, or cannot be changed without a risk; the message says why.</exception>
    public static string Set(string text, CredentialProvider provider)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(provider);
        var before = Read(text);
        var index = IndexOf(before, provider.Name);
        if (index >= 0 && ProviderComparer.AreEqual(before.Providers[index], provider))
        {
            return text;
        }

        List<CredentialProvider> expected = [.. before.Providers];
        if (index >= 0)
        {
            expected[index] = provider;
        }
        else
        {
            expected.Add(provider);
        }

        var editor = new ConfigTextEditor(text);
        var changed = index >= 0 ? editor.Update(index, before.Providers[index], provider) : editor.Add(provider);
        return Verify(changed, expected);
    }

    /// <summary>Removes a provider.</summary>
    /// <param name="text">The text of one file, which the kubelet can read.</param>
    /// <param name="name">The name of the provider.</param>
    /// <returns>The edited text; the same text if the provider does not exist.</returns>
    /// <exception cref="CredentialProviderConfigException">The text is not valid, or cannot be changed without a risk; the message says why.</exception>
    public static string Remove(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(name);
        var before = Read(text);
        var index = IndexOf(before, name);
        if (index < 0)
        {
            return text;
        }

        List<CredentialProvider> expected = [.. before.Providers];
        expected.RemoveAt(index);
        return Verify(new ConfigTextEditor(text).Remove(index), expected);
    }

    private static CredentialProviderConfig Read(string text) => CredentialProviderConfig.Parse(ConfigTextEditor.Encode(text), "configuration");

    private static int IndexOf(CredentialProviderConfig config, string name)
    {
        for (var i = 0; i < config.Providers.Count; i++)
        {
            if (config.Providers[i].Name == name)
            {
                return i;
            }
        }

        return -1;
    }

    private static string Verify(string text, List<CredentialProvider> expected)
    {
        if (!CredentialProviderConfig.TryParse(ConfigTextEditor.Encode(text), "configuration", out var after, out var problems))
        {
            throw new CredentialProviderConfigException(
                $"cannot change the configuration: the result would not be valid: {MessageText.OneLine(problems[0].Message)}; edit it by hand");
        }

        return after.Providers.Count == expected.Count && !expected.Where((provider, i) => !ProviderComparer.AreEqual(after.Providers[i], provider)).Any()
            ? text
            : throw new CredentialProviderConfigException(
                "cannot change the configuration without changing something else, such as a shared value; edit it by hand");
    }
}
