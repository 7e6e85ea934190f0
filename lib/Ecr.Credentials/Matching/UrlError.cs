namespace Ecr.Credentials.Matching;

/// <summary>The reason why a text is not a valid URL without a scheme.</summary>
internal enum UrlError
{
    None,
    ControlCharacter,
    UserinfoCharacter,
    HostCharacter,
    Escape,
    HostEscape,
    Port,
    BracketInsideHost,
    BracketNotClosed,
    NotAnIPv6Address,
}
