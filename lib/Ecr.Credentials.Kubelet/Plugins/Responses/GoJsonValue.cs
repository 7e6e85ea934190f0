namespace Ecr.Credentials.Kubelet.Plugins.Responses;

/// <summary>What a JSON value is.</summary>
internal enum GoJsonValue
{
    Object,
    Array,
    String,
    Number,
    Bool,
    Null,
}
