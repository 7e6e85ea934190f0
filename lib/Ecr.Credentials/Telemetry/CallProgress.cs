namespace Ecr.Credentials.Telemetry;

/// <summary>What a request for a token is waiting for, so that the message of a timeout can name it.</summary>
internal sealed class CallProgress
{
    /// <summary>A phrase such as <c>waiting for https://api.ecr.eu-west-1.amazonaws.com</c>.</summary>
    public string WaitingFor { get; set; } = "looking for AWS credentials";
}
