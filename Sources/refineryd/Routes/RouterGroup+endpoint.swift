import HTTPTypes
import Hummingbird
import Refinery

extension RouterGroup where Context: RequestContext {
    /// Answers an endpoint.
    ///
    /// - Parameters:
    ///   - endpoint: the endpoint; a query with a parameter that it does not know is refused.
    ///   - answer: makes the answer from the checked parameters.
    func on<Answer>(
        _ endpoint: Endpoint<Answer>,
        _ answer: @escaping @Sendable (RequestParameters, Request, Context) async throws -> Response
    ) {
        on(RouterPath(endpoint.pattern), method: endpoint.method.http) { request, context in
            let parameters = try RequestParameters(request, known: endpoint.parameters)
            return try await answer(parameters, request, context)
        }
    }
}

extension EndpointMethod {
    fileprivate var http: HTTPRequest.Method {
        switch self {
        case .get: .get
        case .post: .post
        case .delete: .delete
        }
    }
}
