namespace Ecr.Emulator;

/// <summary>How <c>expiresAt</c>, Unix seconds as a JSON number, is formatted.</summary>
public enum ExpiresAtFormat
{
    /// <summary><c>1700000000.123</c></summary>
    Fraction,

    /// <summary><c>1700000000</c></summary>
    WholeSeconds,

    /// <summary><c>1.700000000123E9</c></summary>
    Exponent,
}
