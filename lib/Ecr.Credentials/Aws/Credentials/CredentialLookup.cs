using Ecr.Credentials.Aws.Configuration;
using Ecr.Credentials.Registries;
using Ecr.Credentials.Telemetry;
using Microsoft.Extensions.Logging;

namespace Ecr.Credentials.Aws.Credentials;

/// <summary>What a lookup of AWS credentials is for.</summary>
/// <param name="Registry">The registry to be called. Roles are assumed in its region and partition.</param>
/// <param name="Settings">The AWS settings, of the profile that is used.</param>
/// <param name="Progress">Records what is being waited for.</param>
/// <param name="Logger">Receives diagnostics.</param>
internal sealed record CredentialLookup(EcrRegistry Registry, AwsSettings Settings, CallProgress Progress, ILogger Logger);
