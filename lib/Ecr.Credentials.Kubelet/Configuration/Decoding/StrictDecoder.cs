using System.Collections.ObjectModel;
using System.Globalization;
using System.Text;
using Ecr.Credentials.Kubelet.Configuration.Documents;
using Ecr.Credentials.Kubelet.Go;
using Ecr.Credentials.Text;

namespace Ecr.Credentials.Kubelet.Configuration.Decoding;

/// <summary>Decodes the fields of a document as the kubelet's strict JSON decoder does, and notes everything that is wrong.</summary>
/// <remarks>
/// The kubelet stops at a duration that it cannot read; otherwise it reports the first value of a wrong type; otherwise all unknown and
/// repeated fields. Rules: <see href="https://pkg.go.dev/sigs.k8s.io/json#UnmarshalStrict"/>.
/// </remarks>
/// <param name="source">The file.</param>
/// <param name="repeatedKeys">Keys that the YAML text repeats, in the words of the kubelet.</param>
internal sealed class StrictDecoder(SourceText source, IReadOnlyList<string> repeatedKeys)
{
    // The decoder collects no more.
    private const int MaxStrictErrors = 100;

    private static readonly CredentialProvider EmptyProvider = new();
    private static readonly ExecEnvironmentVariable UnusedVariable = new("", "");

    private readonly List<ConfigProblem> _problems = [];
    private readonly List<string> _strictErrors = [];
    private DecodedProvider? _unused;
    private string? _typeError;
    private string? _durationError;
    private readonly List<Step> _path = [];
    private string _struct = "";
    private ConfigSchema _schema = null!;

    private bool IsFull => _problems.Count >= ConfigProblemCollection.MaxCount;

    public IReadOnlyList<DecodedProvider> ReadConfig(DocumentNode root, ConfigSchema schema)
    {
        _schema = schema;
        _struct = "CredentialProviderConfig";
        IReadOnlyList<DecodedProvider> providers = [];
        string[] known = ["kind", "apiVersion", schema.Name("providers")];
        var seen = 0;
        foreach (var field in root.Fields)
        {
            if (Enter(field, known, ref seen) && field.Name == schema.Name("providers"))
            {
                providers = ReadList(field.Value, $"{schema.Package}.CredentialProvider", ReadProvider);
            }

            Leave();
        }

        return providers;
    }

    /// <summary>Checks the fields of a kind that is refused in any case, and whose unknown fields the kubelet names first.</summary>
    public void CheckOther(DocumentNode root, string[] fields)
    {
        string[] known = ["kind", "apiVersion", .. fields];
        var seen = 0;
        foreach (var field in root.Fields)
        {
            // Of a kind of many fields, none but the one of configurations is known not to be there.
            if (fields.Length > 0 || field.Name == "providers" || known.Contains(field.Name))
            {
                Enter(field, known, ref seen);
                Leave();
            }
        }
    }

    /// <summary>What is wrong, and how the kubelet words it.</summary>
    public ConfigProblemCollection Finish(string prefix)
    {
        if (repeatedKeys.Count > 0)
        {
            var lines = string.Concat(repeatedKeys.Select(key => $"\n  {key}"));
            _strictErrors.Insert(0, $"yaml: unmarshal errors:{lines}");
            foreach (var key in repeatedKeys.Distinct())
            {
                var line = int.Parse(key.AsSpan("line ".Length, key.IndexOf(':', StringComparison.Ordinal) - "line ".Length), CultureInfo.InvariantCulture);
                var name = key[(key.IndexOf("key ", StringComparison.Ordinal) + 4)..^" already set in map".Length];
                Add(new ConfigProblem(
                    source.Path,
                    line,
                    1,
                    $"the key {MessageText.OneLine(name)} is repeated; remove one of them, also if it comes from \"<<\"",
                    key));
            }
        }

        if (_problems.Count == 0)
        {
            return ConfigProblemCollection.None;
        }

        _problems.Sort((left, right) => (left.Line, left.Column).CompareTo((right.Line, right.Column)));
        return new ConfigProblemCollection(_problems, prefix + (_durationError ?? _typeError ?? $"strict decoding error: {string.Join(", ", _strictErrors)}"));
    }

    private DecodedProvider ReadProvider(DocumentNode node)
    {
        var outer = _struct;
        _struct = "CredentialProvider";
        var (name, apiVersion) = ("", "");
        var matchImages = ReadOnlyCollection<string>.Empty;
        var args = ReadOnlyCollection<string>.Empty;
        var environment = ReadOnlyCollection<ExecEnvironmentVariable>.Empty;
        long? duration = null;
        ServiceAccountTokenAttributes? tokenAttributes = null;
        var seen = 0;
        foreach (var field in node.Fields)
        {
            var value = field.Value;
            switch (Enter(field, _schema.ProviderFields, ref seen) ? _schema.JsonName(field.Name) : "")
            {
                case "name":
                    name = ReadString(value, name);
                    break;
                case "matchImages":
                    matchImages = ReadList(value, "string", ReadText);
                    break;
                case "defaultCacheDuration":
                    duration = ReadDuration(value);
                    break;
                case "apiVersion":
                    apiVersion = ReadString(value, apiVersion);
                    break;
                case "args":
                    args = ReadList(value, "string", ReadText);
                    break;
                case "env":
                    environment = ReadList(value, $"{_schema.Package}.ExecEnvVar", ReadVariable);
                    break;
                case "tokenAttributes":
                    tokenAttributes = ReadTokenAttributes(value);
                    break;
            }

            Leave();
        }

        _struct = outer;

        // Nothing is used of a file with problems.
        if (_problems.Count > 0)
        {
            return _unused ??= new DecodedProvider(EmptyProvider, CacheNanoseconds: null, node, source);
        }

        if (seen == 0)
        {
            return new DecodedProvider(EmptyProvider, CacheNanoseconds: null, node, source);
        }

        var provider = new CredentialProvider
        {
            Name = name,
            MatchImages = matchImages,
            DefaultCacheDuration = duration is { } nanoseconds ? new TimeSpan(nanoseconds / TimeSpan.NanosecondsPerTick) : null,
            ApiVersion = apiVersion,
            Arguments = args,
            Environment = environment,
            TokenAttributes = tokenAttributes,
        };
        return new DecodedProvider(provider, duration, node, source);
    }

    private ExecEnvironmentVariable ReadVariable(DocumentNode node)
    {
        var outer = _struct;
        _struct = "ExecEnvVar";
        var (name, value) = ("", "");
        var seen = 0;
        foreach (var field in node.Fields)
        {
            if (Enter(field, _schema.VariableFields, ref seen))
            {
                var text = ReadString(field.Value, "");
                (name, value) = _schema.JsonName(field.Name) == "name" ? (text, value) : (name, text);
            }

            Leave();
        }

        _struct = outer;
        return _problems.Count > 0 ? UnusedVariable : new ExecEnvironmentVariable(name, value);
    }

    private ServiceAccountTokenAttributes? ReadTokenAttributes(DocumentNode node)
    {
        if (node.Kind == DocumentNodeKind.Null)
        {
            return null;
        }

        if (node.Kind != DocumentNodeKind.Object)
        {
            WrongType(node, $"{_schema.Package}.ServiceAccountTokenAttributes", "a map");
            return null;
        }

        var outer = _struct;
        _struct = "ServiceAccountTokenAttributes";
        var (audience, cacheType) = ("", "");
        bool? isRequired = null;
        var required = ReadOnlyCollection<string>.Empty;
        var optional = ReadOnlyCollection<string>.Empty;
        var seen = 0;
        foreach (var field in node.Fields)
        {
            switch (Enter(field, _schema.TokenAttributeFields, ref seen) ? _schema.JsonName(field.Name) : "")
            {
                case "serviceAccountTokenAudience":
                    audience = ReadString(field.Value, audience);
                    break;
                case "cacheType":
                    cacheType = ReadString(field.Value, cacheType, $"{_schema.Package}.ServiceAccountTokenCacheType");
                    break;
                case "requireServiceAccount":
                    isRequired = ReadBool(field.Value);
                    break;
                case "requiredServiceAccountAnnotationKeys":
                    required = ReadList(field.Value, "string", ReadText);
                    break;
                case "optionalServiceAccountAnnotationKeys":
                    optional = ReadList(field.Value, "string", ReadText);
                    break;
            }

            Leave();
        }

        _struct = outer;
        return new ServiceAccountTokenAttributes
        {
            ServiceAccountTokenAudience = audience,
            CacheType = cacheType,
            RequireServiceAccount = isRequired,
            RequiredServiceAccountAnnotationKeys = required,
            OptionalServiceAccountAnnotationKeys = optional,
        };
    }

    /// <summary>Goes to a field of an object. Notes one that is unknown or repeated.</summary>
    /// <param name="field">The field.</param>
    /// <param name="known">The fields that the object can have.</param>
    /// <param name="seen">Which of them it has had, as bits.</param>
    /// <returns>Whether the field is known.</returns>
    private bool Enter(DocumentField field, string[] known, ref int seen)
    {
        _path.Add(new Step(field.Name, -1));
        var index = Array.IndexOf(known, field.Name);
        if (index < 0)
        {
            if (!IsFull)
            {
                var similar = Array.Find(known, name => name.Equals(field.Name, StringComparison.OrdinalIgnoreCase) || IsTypingError(name, field.Name));
                var advice = similar is null ? "remove it" : $"write \"{similar}\"";
                Strict("unknown field", field, $"unknown field {MessageText.Quote(field.Name)}: {advice}");
            }

            return false;
        }

        if ((seen & (1 << index)) != 0 && !IsFull)
        {
            Strict("duplicate field", field, $"the field {MessageText.Quote(field.Name)} is repeated; remove one of them");
        }

        seen |= 1 << index;
        return true;
    }

    private void Leave() => _path.RemoveAt(_path.Count - 1);

    private static bool IsTypingError(string name, string written) =>
        Math.Abs(name.Length - written.Length) <= 2
        && written.Length > 3
        && (name.StartsWith(written, StringComparison.OrdinalIgnoreCase) || written.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    private ReadOnlyCollection<T> ReadList<T>(DocumentNode node, string itemType, Func<DocumentNode, T> read)
    {
        if (node.Kind is not (DocumentNodeKind.Array or DocumentNodeKind.Null))
        {
            WrongType(node, $"[]{itemType}", "a list");
        }

        if (node.Items.IsEmpty)
        {
            return ReadOnlyCollection<T>.Empty;
        }

        var isText = itemType == "string";
        var items = new List<T>(IsFull ? 0 : node.Items.Length);
        for (var i = 0; i < node.Items.Length; i++)
        {
            var item = node.Items[i];
            if (!isText && item.Kind is not (DocumentNodeKind.Object or DocumentNodeKind.Null))
            {
                WrongType(item, itemType, "a map");
                continue;
            }

            _path.Add(new Step("", i));
            items.Add(read(item));
            Leave();
        }

        return items.AsReadOnly();
    }

    private string ReadText(DocumentNode node) => ReadString(node, "");

    private string ReadString(DocumentNode node, string fallback, string type = "string")
    {
        if (node.Kind is not (DocumentNodeKind.String or DocumentNodeKind.Null))
        {
            WrongType(node, type, "text; put it in quotes");
        }

        return node.Kind == DocumentNodeKind.String ? node.Text : fallback;
    }

    private bool? ReadBool(DocumentNode node)
    {
        if (node.Kind is not (DocumentNodeKind.Bool or DocumentNodeKind.Null))
        {
            WrongType(node, "bool", "true or false, without quotes");
        }

        return node.Kind == DocumentNodeKind.Bool ? node.Text == "true" : null;
    }

    private long? ReadDuration(DocumentNode node)
    {
        if (node.Kind == DocumentNodeKind.Null)
        {
            return null;
        }

        var isText = node.Kind == DocumentNodeKind.String;
        var nanoseconds = 0L;
        var error = isText ? GoNanoseconds.Parse(node.Text, out nanoseconds) : null;
        if (isText && error is null)
        {
            return nanoseconds;
        }

        if (IsFull && _durationError is not null)
        {
            return null;
        }

        var message = error ?? WrongTypeMessage(node, "string");
        _durationError ??= message;
        Add(source.Problem(
            node.Position,
            isText
                ? $"invalid {LastField} {MessageText.Quote(node.Text)}: write numbers with units h, m, s or ms, such as 12h or 1m30s"
                : $"invalid {LastField}: expected a duration such as \"12h\" or \"0s\", not {node.Describe()}",
            message));
        return null;
    }

    private void WrongType(DocumentNode node, string type, string expected)
    {
        if (IsFull && _typeError is not null)
        {
            return;
        }

        var message = WrongTypeMessage(node, type);
        _typeError ??= message;
        Add(source.Problem(node.Position, $"invalid {LastField}: expected {expected}, not {node.Describe()}", message));
    }

    private string WrongTypeMessage(DocumentNode node, string type)
    {
        var fields = string.Join('.', _path.Where(step => step.Item < 0).Select(step => step.Field));
        return $"json: cannot unmarshal {node.GoName} into Go struct field {_struct}.{fields} of type {type}";
    }

    private void Strict(string kind, DocumentField field, string message)
    {
        var error = $"{kind} {GoText.Quote(Path())}";
        if (_strictErrors.Count < MaxStrictErrors && !_strictErrors.Contains(error))
        {
            _strictErrors.Add(error);
        }

        Add(source.Problem(field.Position, message, error));
    }

    private string LastField => _path.FindLast(step => step.Item < 0).Field;

    /// <summary>Where the decoder is, with indexes, for strict errors.</summary>
    private string Path()
    {
        var path = new StringBuilder();
        foreach (var (field, item) in _path)
        {
            _ = item >= 0 ? path.Append(CultureInfo.InvariantCulture, $"[{item}]") : (path.Length > 0 ? path.Append('.') : path).Append(field);
        }

        return path.ToString();
    }

    private void Add(ConfigProblem problem)
    {
        if (!IsFull)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>A step of the way to where the decoder is: a field, or an item of a list.</summary>
    private readonly record struct Step(string Field, int Item);
}
