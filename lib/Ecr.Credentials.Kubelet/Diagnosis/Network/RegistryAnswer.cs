using System.Net;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>What a registry answered.</summary>
/// <param name="Status">The status.</param>
/// <param name="Body">The beginning of the content, of an error only.</param>
/// <param name="Challenge">What a password has to be exchanged for first; null if it does not have to be.</param>
internal sealed record RegistryAnswer(HttpStatusCode Status, string Body, string? Challenge);
