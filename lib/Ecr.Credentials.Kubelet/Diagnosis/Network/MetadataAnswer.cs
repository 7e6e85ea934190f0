using System.Net;

namespace Ecr.Credentials.Kubelet.Diagnosis.Network;

/// <summary>How the instance metadata service reacts to a request for a session token.</summary>
/// <param name="IsConnected">Whether there was a connection.</param>
/// <param name="Status">The status of the answer; null if there was none.</param>
internal readonly record struct MetadataAnswer(bool IsConnected, HttpStatusCode? Status);
