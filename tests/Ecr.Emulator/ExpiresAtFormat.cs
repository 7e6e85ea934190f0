namespace Ecr.Emulator;

/// <summary>The format of <c>expiresAt</c>, a JSON number with Unix seconds.</summary>
public enum ExpiresAtFormat
{
    /// <summary><c>1700000000.123</c></summary>
    Fraction,

    /// <summary><c>1700000000</c></summary>
    WholeSeconds,

    /// <summary><c>1.700000000123E9</c></summary>
    Exponent,
}
