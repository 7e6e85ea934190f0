namespace Ecr.Credentials.Matching;

/// <summary>Why a text does not parse as a URL without scheme.</summary>
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
