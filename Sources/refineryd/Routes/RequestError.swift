import HTTPTypes
import Hummingbird
import Logging
import Refinery
import TeacherInference

/// A refused request: the status and what is said about it.
struct RequestError: ExplainedError, Sendable {
    /// The answer's status.
    var status: HTTPResponse.Status
    /// The answer's body.
    var body: WireError
    /// Seconds after which it is worth another try; nil where it is not.
    var retryAfter: Int?

    /// What is said about it.
    var message: String { body.error }
    /// What the client can do about it.
    var hint: String? { body.hint }

    /// A refusal with an optional hint.
    init(_ status: HTTPResponse.Status, _ error: String, hint: String? = nil) {
        self.status = status
        body = WireError(error, hint: hint)
    }
}

/// Turns everything that a route throws into `{"error", "hint"}` with a fitting status.
struct ErrorMiddleware<Context: RequestContext>: RouterMiddleware {
    /// Answers the request, with an error object where it fails.
    func handle(
        _ request: Request, context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        var refusal: RequestError
        do {
            return try await next(request, context)
        } catch let error as RequestError {
            refusal = error
        } catch let error as RefineryError {
            refusal = RequestError(error.status, error.message, hint: error.hint)
            if error.kind == .locked { refusal.retryAfter = 5 }
            if error.kind == .unusable {
                context.logger.error(
                    "the store failed a request", metadata: ["error": "\(error.message)"])
            }
        } catch let error as HTTPError where error.status == .notFound {
            refusal = RequestError(
                .notFound, "no such path or method",
                hint: "refinectl and refineryd may be of different versions")
        } catch let error as any HTTPResponseError {
            refusal = RequestError(error.status, error.status.reasonPhrase)
        } catch is JobCancelled {
            refusal = RequestError(.conflict, "the job was cancelled")
        } catch is CancellationError {
            refusal = RequestError(.serviceUnavailable, "the daemon is shutting down")
        } catch {
            context.logger.error("request failed", metadata: ["error": "\(error)"])
            refusal = RequestError(.internalServerError, "internal error: \(error)")
        }
        var response = try Response.json(refusal.body, status: refusal.status)
        if let seconds = refusal.retryAfter { response.headers[.retryAfter] = "\(seconds)" }
        return response
    }
}

extension RefineryError {
    /// The status that fits.
    var status: HTTPResponse.Status {
        switch kind {
        case .unusable: .internalServerError
        case .full: HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")
        case .locked, .engineAway, .engineRefused: .serviceUnavailable
        case .notFound: .notFound
        case .refused: .conflict
        case .invalid: .badRequest
        case .input: .unprocessableContent
        case .output: .internalServerError
        }
    }
}
