using System.Globalization;

namespace Ecr.Credentials.Kubelet.Go;

/// <summary>Floating-point numbers as Go writes them, shortest form with <c>%g</c>: <see href="https://pkg.go.dev/strconv#FormatFloat"/>.</summary>
internal static class GoFloat
{
    private const int MaxPlainExponent = 21;

    public static string Format(double value) => double.IsFinite(value)
        ? Arrange(value.ToString("E16", CultureInfo.InvariantCulture), value.ToString("R", CultureInfo.InvariantCulture))
        : Special(value);

    public static string Format(float value) => float.IsFinite(value)
        ? Arrange(value.ToString("E8", CultureInfo.InvariantCulture), value.ToString("R", CultureInfo.InvariantCulture))
        : Special(value);

    private static string Special(double value) => double.IsNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";

    // The exponent is that of the value, the digits are those of the shortest text that reads back the same.
    private static string Arrange(string scientific, string shortest)
    {
        var exponent = int.Parse(
            scientific.AsSpan(scientific.IndexOf('E', StringComparison.Ordinal) + 1),
            NumberStyles.AllowLeadingSign,
            CultureInfo.InvariantCulture);
        var sign = shortest[0] == '-' ? "-" : "";
        var end = shortest.IndexOf('E', StringComparison.Ordinal);
        var digits = (end < 0 ? shortest : shortest[..end]).Replace(".", "", StringComparison.Ordinal).TrimStart('-').TrimStart('0').TrimEnd('0');
        if (digits.Length == 0)
        {
            return sign + "0";
        }

        if (exponent is < -4 or >= MaxPlainExponent)
        {
            var fraction = digits.Length > 1 ? $".{digits[1..]}" : "";
            return string.Create(CultureInfo.InvariantCulture, $"{sign}{digits[0]}{fraction}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}");
        }

        if (exponent < 0)
        {
            return $"{sign}0.{new string('0', -exponent - 1)}{digits}";
        }

        return digits.Length <= exponent + 1
            ? sign + digits.PadRight(exponent + 1, '0')
            : $"{sign}{digits[..(exponent + 1)]}.{digits[(exponent + 1)..]}";
    }
}
