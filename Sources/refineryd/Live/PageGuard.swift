import HTTPTypes
import Hummingbird

/// Lets through to the live page only who may see it, and only who reads.
struct PageGuard: RouterMiddleware {
    /// Where the page is served.
    let address: PageAddress
    /// What is asked for; nil on this machine alone.
    let token: PageToken?

    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        guard request.method == .get || request.method == .head else {
            return Self.refusal(.methodNotAllowed, "this port only shows; refinectl changes things")
        }
        guard let host = request.head.authority, address.admits(host: host) else {
            return Self.refusal(
                .misdirectedRequest,
                "the request is for another host: use the address that `http` names")
        }
        if let token, !token.isCarried(by: request.headers[.authorization]) {
            var refusal = Self.refusal(.unauthorized, "the token is missing or wrong")
            refusal.headers[.wwwAuthenticate] = "Basic realm=\"refineryd\", charset=\"UTF-8\""
            return refusal
        }
        var response = try await next(request, context)
        response.headers[.xContentTypeOptions] = "nosniff"
        if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
        for (name, value) in [
            ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
        ] {
            if let name = HTTPField.Name(name) { response.headers[name] = value }
        }
        if response.headers[.contentSecurityPolicy] == nil {
            response.headers[.contentSecurityPolicy] =
                "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
                + "img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        }
        return response
    }

    private static func refusal(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: .init(string: text + "\n")))
    }
}
