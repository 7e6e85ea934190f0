using System.Runtime.Versioning;

namespace Ecr.Credentials.Shim.Tests;

/// <summary>A credential helper runs in docker's working directory, which may be an untrusted repository.</summary>
[Platform(Exclude = "Win", Reason = "The commands are for a POSIX shell.")]
[UnsupportedOSPlatform("windows")]
public sealed class WorkingDirectoryTests : ShimFixture
{
    [Test]
    public async Task A_shell_in_the_working_directory_is_not_run()
    {
        var keys = Emulator.StaticCredentials;
        var answer = $$"""{"Version":1,"AccessKeyId":"{{keys.AccessKeyId}}","SecretAccessKey":"{{keys.SecretAccessKey}}"}""";
        var config = WriteFile("aws-config", $"[default]\ncredential_process = echo '{answer}'\n");
        foreach (var name in (string[])["sh", "echo", "cmd.exe"])
        {
            var program = WriteFile(name, $"#!/bin/sh\necho ran >>'{Home}/trace'\necho '{answer}'\n");
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        var variables = new Dictionary<string, string>(Emulator.Environment(CredentialSource.None)) { ["AWS_CONFIG_FILE"] = config };

        AssertAnswer(await RunAsync(Request(), variables));
        Assert.That(File.Exists(Path.Combine(Home, "trace")), Is.False);
    }
}
