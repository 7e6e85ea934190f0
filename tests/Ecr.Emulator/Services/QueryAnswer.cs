using System.Text;
using System.Xml.Linq;

namespace Ecr.Emulator.Services;

/// <summary>Responses in the AWS query protocol, which uses XML.</summary>
internal static class QueryAnswer
{
    private static readonly XNamespace Namespace = "https://sts.amazonaws.com/doc/2011-06-15/";

    public static Answer Success(string operation, params object[] result) => Xml(200, new XElement(
        Namespace + (operation + "Response"),
        new XElement(Namespace + (operation + "Result"), result),
        new XElement(Namespace + "ResponseMetadata", Element("RequestId", Guid.NewGuid().ToString()))));

    public static Answer Error(AwsError error)
    {
        var (statusCode, code) = Translate(error);
        return Xml(statusCode, new XElement(
            Namespace + "ErrorResponse",
            new XElement(
                Namespace + "Error",
                Element("Type", statusCode < 500 ? "Sender" : "Receiver"),
                Element("Code", code),
                Element("Message", error.Message)),
            Element("RequestId", Guid.NewGuid().ToString())))
            with
        { ErrorCode = code };
    }

    public static XElement Element(string name, params object[] content) => new(Namespace + name, content);

    /// <summary>The query protocol uses other names and statuses for errors that occur before an operation is reached.</summary>
    private static (int StatusCode, string Code) Translate(AwsError error) => error.Code switch
    {
        "MissingAuthenticationTokenException" => (403, "MissingAuthenticationToken"),
        "IncompleteSignatureException" => (400, "IncompleteSignature"),
        "UnrecognizedClientException" => (403, "InvalidClientTokenId"),
        "InvalidSignatureException" => (403, "SignatureDoesNotMatch"),
        "AccessDeniedException" => (403, "AccessDenied"),
        "ThrottlingException" => (400, "Throttling"),
        "ServerException" => (500, "InternalFailure"),
        _ => (error.StatusCode, error.Code),
    };

    private static Answer Xml(int statusCode, XElement root) => new(statusCode, "text/xml", Encoding.UTF8.GetBytes(root.ToString()));
}
