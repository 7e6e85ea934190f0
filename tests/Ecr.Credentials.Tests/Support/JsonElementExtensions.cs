using System.Text.Json;

namespace Ecr.Credentials.Tests.Support;

internal static class JsonElementExtensions
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;
}
