namespace Ecr.Credentials.Kubelet.Nodes;

/// <summary>How applying a plan ended.</summary>
public enum NodeSetupOutcome
{
    /// <summary>The plan had no changes.</summary>
    NothingToDo,

    /// <summary>All changes were made, and the kubelet, if it was restarted, is back.</summary>
    Applied,

    /// <summary>Nothing was changed: the plan is refused, a permission is missing, or a file is not as it was planned for.</summary>
    Refused,

    /// <summary>A change or the restart failed, and everything was put back; the kubelet, if it was restarted, was restarted again.</summary>
    RolledBack,

    /// <summary>A change or the restart failed, and not everything could be put back. The next set-up or removal completes it.</summary>
    Failed,
}
