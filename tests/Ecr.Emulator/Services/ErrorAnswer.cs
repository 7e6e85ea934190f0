namespace Ecr.Emulator.Services;

/// <summary>Formats an error in the service's protocol: JSON, XML or plain text.</summary>
internal static class ErrorAnswer
{
    public static Answer For(AwsService service, AwsError error) => service switch
    {
        AwsService.Sts => QueryAnswer.Error(error),
        AwsService.Sso or AwsService.SsoOidc or AwsService.Signin => RestJsonAnswer.Error(error),
        AwsService.Imds or AwsService.ContainerCredentials => Answer.Text(error.StatusCode, "text/plain", error.Message, error.Code),
        _ => JsonAnswer.Error(error),
    };
}
