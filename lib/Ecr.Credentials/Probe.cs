namespace Ecr.Credentials;
internal static class Probe;
