namespace Ecr.Credentials.Kubelet.Nodes.Systemd;

/// <summary>The value of a variable and the file it comes from.</summary>
internal readonly record struct SystemdVariable(string Value, string File, int Line);
