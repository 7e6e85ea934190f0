using System.Globalization;
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

    private readonly List<ConfigProblem> _problems = [];
    private readonly List<string> _strictErrors = [];
    private string? _typeError;
    private string? _durationError;
    private ConfigSchema _schema = null!;

    public IReadOnlyList<DecodedProvider> ReadConfig(DocumentNode root, ConfigSchema schema)
    {
        _schema = schema;
        var providers = new List<DecodedProvider>();
        var at = Location.Root("CredentialProviderConfig");
        foreach (var field in Fields(root, at, ["kind", "apiVersion", schema.Name("providers")]))
        {
            if (field.Name == schema.Name("providers"))
            {
                providers = ReadList(field.Value, at.Field(field.Name), $"{schema.Package}.CredentialProvider", ReadProvider);
            }
        }

        return providers;
    }

    /// <summary>Checks the fields of a kind that is refused in any case, and whose unknown fields the kubelet names first.</summary>
    public void CheckOther(DocumentNode root, string[] fields)
    {
        string[] known = ["kind", "apiVersion", .. fields.Length > 0 ? fields : root.Fields.Select(field => field.Name).Where(name => name != "providers")];
        foreach (var _ in Fields(root, Location.Root(""), known))
        {
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

    private DecodedProvider ReadProvider(DocumentNode node, Location at)
    {
        at = at.In("CredentialProvider");
        var (name, apiVersion) = ("", "");
        List<string> matchImages = [];
        List<string> args = [];
        List<ExecEnvironmentVariable> environment = [];
        long? duration = null;
        ServiceAccountTokenAttributes? tokenAttributes = null;
        foreach (var field in Fields(node, at, _schema.ProviderFields))
        {
            var here = at.Field(field.Name);
            var value = field.Value;
            switch (_schema.JsonName(field.Name))
            {
                case "name":
                    name = ReadString(value, here, name);
                    break;
                case "matchImages":
                    matchImages = ReadList(value, here, "string", (item, place) => ReadString(item, place, ""));
                    break;
                case "defaultCacheDuration":
                    duration = ReadDuration(value, here);
                    break;
                case "apiVersion":
                    apiVersion = ReadString(value, here, apiVersion);
                    break;
                case "args":
                    args = ReadList(value, here, "string", (item, place) => ReadString(item, place, ""));
                    break;
                case "env":
                    environment = ReadList(value, here, $"{_schema.Package}.ExecEnvVar", ReadVariable);
                    break;
                default:
                    tokenAttributes = ReadTokenAttributes(value, here);
                    break;
            }
        }

        var provider = new CredentialProvider
        {
            Name = name,
            MatchImages = matchImages.AsReadOnly(),
            DefaultCacheDuration = duration is { } nanoseconds ? new TimeSpan(nanoseconds / TimeSpan.NanosecondsPerTick) : null,
            ApiVersion = apiVersion,
            Arguments = args.AsReadOnly(),
            Environment = environment.AsReadOnly(),
            TokenAttributes = tokenAttributes,
        };
        return new DecodedProvider(provider, duration, node, source);
    }

    private ExecEnvironmentVariable ReadVariable(DocumentNode node, Location at)
    {
        at = at.In("ExecEnvVar");
        var (name, value) = ("", "");
        foreach (var field in Fields(node, at, _schema.VariableFields))
        {
            var text = ReadString(field.Value, at.Field(field.Name), "");
            (name, value) = _schema.JsonName(field.Name) == "name" ? (text, value) : (name, text);
        }

        return new ExecEnvironmentVariable(name, value);
    }

    private ServiceAccountTokenAttributes? ReadTokenAttributes(DocumentNode node, Location at)
    {
        if (node.Kind == DocumentNodeKind.Null)
        {
            return null;
        }

        if (node.Kind != DocumentNodeKind.Object)
        {
            WrongType(node, at, $"{_schema.Package}.ServiceAccountTokenAttributes", "a map");
            return null;
        }

        at = at.In("ServiceAccountTokenAttributes");
        var (audience, cacheType) = ("", "");
        bool? isRequired = null;
        List<string> required = [];
        List<string> optional = [];
        foreach (var field in Fields(node, at, _schema.TokenAttributeFields))
        {
            var here = at.Field(field.Name);
            switch (_schema.JsonName(field.Name))
            {
                case "serviceAccountTokenAudience":
                    audience = ReadString(field.Value, here, audience);
                    break;
                case "cacheType":
                    cacheType = ReadString(field.Value, here, cacheType, $"{_schema.Package}.ServiceAccountTokenCacheType");
                    break;
                case "requireServiceAccount":
                    isRequired = ReadBool(field.Value, here);
                    break;
                case "requiredServiceAccountAnnotationKeys":
                    required = ReadList(field.Value, here, "string", (item, place) => ReadString(item, place, ""));
                    break;
                default:
                    optional = ReadList(field.Value, here, "string", (item, place) => ReadString(item, place, ""));
                    break;
            }
        }

        return new ServiceAccountTokenAttributes
        {
            ServiceAccountTokenAudience = audience,
            CacheType = cacheType,
            RequireServiceAccount = isRequired,
            RequiredServiceAccountAnnotationKeys = required.AsReadOnly(),
            OptionalServiceAccountAnnotationKeys = optional.AsReadOnly(),
        };
    }

    /// <summary>The known fields of an object, one by one. Notes those that are unknown or repeated when it comes to them.</summary>
    private IEnumerable<DocumentField> Fields(DocumentNode node, Location at, string[] known)
    {
        var isSeen = new bool[known.Length];
        foreach (var field in node.Fields)
        {
            var index = Array.IndexOf(known, field.Name);
            if (index < 0)
            {
                var similar = Array.Find(known, name => name.Equals(field.Name, StringComparison.OrdinalIgnoreCase) || IsTypingError(name, field.Name));
                var advice = similar is null ? "remove it" : $"write \"{similar}\"";
                Strict("unknown field", at, field, $"unknown field {MessageText.Quote(field.Name)}: {advice}");
                continue;
            }

            if (isSeen[index])
            {
                Strict("duplicate field", at, field, $"the field {MessageText.Quote(field.Name)} is repeated; remove one of them");
            }

            isSeen[index] = true;
            yield return field;
        }
    }

    private static bool IsTypingError(string name, string written) =>
        Math.Abs(name.Length - written.Length) <= 2
        && written.Length > 3
        && (name.StartsWith(written, StringComparison.OrdinalIgnoreCase) || written.StartsWith(name, StringComparison.OrdinalIgnoreCase));

    private List<T> ReadList<T>(DocumentNode node, Location at, string itemType, Func<DocumentNode, Location, T> read)
    {
        if (node.Kind == DocumentNodeKind.Null)
        {
            return [];
        }

        if (node.Kind != DocumentNodeKind.Array)
        {
            WrongType(node, at, $"[]{itemType}", "a list");
            return [];
        }

        var isText = itemType == "string";
        var items = new List<T>(node.Items.Count);
        for (var i = 0; i < node.Items.Count; i++)
        {
            var item = node.Items[i];
            if (!isText && item.Kind is not (DocumentNodeKind.Object or DocumentNodeKind.Null))
            {
                WrongType(item, at, itemType, "a map");
                continue;
            }

            items.Add(read(item, at.Item(i)));
        }

        return items;
    }

    private string ReadString(DocumentNode node, Location at, string fallback, string type = "string")
    {
        if (node.Kind is not (DocumentNodeKind.String or DocumentNodeKind.Null))
        {
            WrongType(node, at, type, "text; put it in quotes");
        }

        return node.Kind == DocumentNodeKind.String ? node.Text : fallback;
    }

    private bool? ReadBool(DocumentNode node, Location at)
    {
        if (node.Kind is not (DocumentNodeKind.Bool or DocumentNodeKind.Null))
        {
            WrongType(node, at, "bool", "true or false, without quotes");
        }

        return node.Kind == DocumentNodeKind.Bool ? node.Text == "true" : null;
    }

    private long? ReadDuration(DocumentNode node, Location at)
    {
        if (node.Kind == DocumentNodeKind.Null)
        {
            return null;
        }

        if (node.Kind != DocumentNodeKind.String)
        {
            var message = WrongTypeMessage(node, at, "string");
            _durationError ??= message;
            Add(source.Problem(node.Position, $"invalid {at.LastField}: expected a duration such as \"12h\" or \"0s\", not {node.Describe()}", message));
            return null;
        }

        var error = GoNanoseconds.Parse(node.Text, out var nanoseconds);
        if (error is null)
        {
            return nanoseconds;
        }

        _durationError ??= error;
        Add(source.Problem(
            node.Position, $"invalid {at.LastField} {MessageText.Quote(node.Text)}: write numbers with units h, m, s or ms, such as 12h or 1m30s", error));
        return null;
    }

    private void WrongType(DocumentNode node, Location at, string type, string expected)
    {
        var message = WrongTypeMessage(node, at, type);
        _typeError ??= message;
        Add(source.Problem(node.Position, $"invalid {at.LastField}: expected {expected}, not {node.Describe()}", message));
    }

    private static string WrongTypeMessage(DocumentNode node, Location at, string type) =>
        $"json: cannot unmarshal {node.GoName} into Go struct field {at.Struct}.{at.Fields} of type {type}";

    private void Strict(string kind, Location at, DocumentField field, string message)
    {
        var path = at.Path.Length == 0 ? field.Name : $"{at.Path}.{field.Name}";
        var error = $"{kind} {GoText.Quote(path)}";
        if (_problems.Count == ConfigProblemCollection.MaxCount)
        {
            return;
        }

        if (_strictErrors.Count < MaxStrictErrors && !_strictErrors.Contains(error))
        {
            _strictErrors.Add(error);
        }

        Add(source.Problem(field.Position, message, error));
    }

    private void Add(ConfigProblem problem)
    {
        if (_problems.Count < ConfigProblemCollection.MaxCount)
        {
            _problems.Add(problem);
        }
    }

    /// <summary>Where the decoder is. The texts are made when there is an error.</summary>
    private sealed class Location
    {
        private readonly Location? _outer;
        private readonly string _field;
        private readonly int _item;

        private Location(Location? outer, string structName, string field, int item)
        {
            _outer = outer;
            Struct = structName;
            _field = field;
            _item = item;
        }

        /// <summary>The Go type whose field was entered last.</summary>
        public string Struct { get; }

        public string LastField => _outer is not null && _field.Length == 0 ? _outer.LastField : _field;

        /// <summary>The fields without indexes, for errors of type.</summary>
        public string Fields => _outer is null ? "" : _field.Length == 0 ? _outer.Fields : Join(_outer.Fields, _field);

        /// <summary>The fields with indexes, for strict errors.</summary>
        public string Path => _outer is null ? ""
            : _field.Length == 0 ? string.Create(CultureInfo.InvariantCulture, $"{_outer.Path}[{_item}]")
            : Join(_outer.Path, _field);

        public static Location Root(string structName) => new(null, structName, "", -1);

        public Location In(string structName) => new(_outer, structName, _field, _item);

        public Location Field(string name) => new(this, Struct, name, -1);

        public Location Item(int index) => new(this, Struct, "", index);

        private static string Join(string outer, string field) => outer.Length == 0 ? field : $"{outer}.{field}";
    }
}
