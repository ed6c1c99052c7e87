import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import Refinery

/// What the page's port answers.
///
/// These are `/`, `/live.css`, `/live.js`, `/icon.svg`, `/events`, `/history`, `/selections/NAME`,
/// `/metrics`, `/healthz` and `/readyz`.
struct LiveRoutes {
    let environment: RouteEnvironment
    let source: LiveSource
    let feed: LiveFeed
    let pages: ReportPages

    /// The paths of the page's port.
    func router(_ guards: PageGuard) -> Router<Context> {
        let router = Router(context: Context.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: guards)
        router.add(middleware: ErrorMiddleware())
        file(router, "/", PackageResources.live_html, "text/html; charset=utf-8")
        file(router, "/live.css", PackageResources.live_css, "text/css; charset=utf-8")
        file(router, "/live.js", PackageResources.live_js, "text/javascript; charset=utf-8")
        file(router, "/icon.svg", PackageResources.icon_svg, "image/svg+xml")
        router.get("/events") { _, context in try events(context.channel) }
        router.get("/history") { _, _ in
            let minutes = source.history.map {
                [$0.number, $0.tokens.teacher, $0.tokens.reference]
            }
            return try Response.json(minutes)
        }
        router.get("/selections/:name") { _, context in
            let name = try context.parameters.require("name")
            return try await report(name.removingPercentEncoding ?? name)
        }
        addMetrics(to: router)
        router.get("/healthz") { _, _ in
            try await state { $0 != .failed }
        }
        router.get("/readyz") { _, _ in
            try await state { $0 != .failed && $0 != .loading }
        }
        return router
    }

    /// `/metrics`, which the socket has, too.
    func addMetrics(to router: Router<Context>) {
        router.get("/metrics") { _, _ in
            let source = source
            let text = try await environment.threads.query { Metrics(try source.report()).text }
            return Response(
                status: .ok, headers: [.contentType: Metrics.contentType],
                body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
        }
    }

    /// One report as an event.
    func event() async -> ByteBuffer {
        let source = source
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var buffer = ByteBuffer()
        do {
            let json = try await environment.threads.query {
                try encoder.encode(try source.report())
            }
            buffer.writeString("data: ")
            buffer.writeBytes(json)
        } catch {
            // What is wrong is said; the next report may be right again.
            buffer.writeString("event: trouble\ndata: ")
            buffer.writeString(NumberText.oneLine("\(error)"))
        }
        buffer.writeString("\n\n")
        return buffer
    }

    private func events(_ channel: any Channel) throws -> Response {
        guard let reports = feed.reports(close: { channel.close(promise: nil) }) else {
            throw RequestError(
                .serviceUnavailable, "\(LiveFeed.most) pages are open, or the daemon shuts down",
                hint: "close some; /metrics has the numbers without a page")
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"],
            body: ResponseBody { writer in
                try await writer.write(ByteBuffer(string: "retry: 2000\n\n"))
                for await report in reports { try await writer.write(report) }
                try await writer.finish(nil)
            })
    }

    private func file(
        _ router: Router<Context>, _ path: RouterPath, _ bytes: [UInt8], _ type: String
    ) {
        router.get(path) { _, _ in
            Response(
                status: .ok, headers: [.contentType: type],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        }
    }

    /// A selection's page, as `refinectl report --plain` writes it.
    private func report(_ name: String) async throws -> Response {
        let page = try await pages.page(of: name)
        return Response(
            status: .ok,
            headers: [
                .contentType: "text/html; charset=utf-8",
                .contentSecurityPolicy: "default-src 'none'; style-src 'unsafe-inline'; "
                    + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            ],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: page)))
    }

    /// 200 where the state is as it should be, else 503, with the state and its reason.
    private func state(_ isWell: @Sendable (PipelineState) -> Bool) async throws -> Response {
        var (state, reason) = environment.pipeline.condition
        if let lost = environment.store.replacement { (state, reason) = (.failed, "\(lost)") }
        let text = state.rawValue + (reason.map { ": \(NumberText.oneLine($0))" } ?? "") + "\n"
        return Response(
            status: isWell(state) ? .ok : .serviceUnavailable,
            headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }
}
