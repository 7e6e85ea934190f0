namespace Ecr.Credentials.Kubelet.Go;

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
