import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer that holds one JSON object or array, keys sorted.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: try body(value)))
    }

    private static func body(_ value: some Encodable) throws -> ByteBuffer {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var buffer = ByteBuffer(bytes: try encoder.encode(value))
        buffer.writeInteger(UInt8(ascii: "\n"))
        return buffer
    }

    /// An answer that may be too long for the client's socket: the slot is held until it is taken.
    static func json(_ value: some Encodable, holding slot: BlockingThreads.Slot) throws -> Response
    {
        let whole = try body(value)
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: ResponseBody(contentLength: whole.readableBytes) { writer in
                try await writer.write(whole)
                try await writer.finish(nil)
                withExtendedLifetime(slot) {}
            })
    }

    /// An answer that streams lines of JSON from a blocking writer on a thread of its own.
    ///
    /// An error after the first byte breaks the connection off, so that a client sees that the
    /// answer is not complete.
    static func jsonLines(
        slot: BlockingThreads.Slot, to channel: any Channel,
        type: String = "application/jsonl",
        _ write: @escaping @Sendable (DownloadPipe) throws -> Void
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: type],
            body: ResponseBody { writer in
                let pipe = DownloadPipe()
                async let source: Void = slot.run {
                    do {
                        try write(pipe)
                        pipe.finish()
                    } catch {
                        // A client that reads nothing would never hear of it.
                        channel.close(promise: nil)
                        pipe.finish(error)
                    }
                }
                do {
                    while let bytes = try await pipe.next() {
                        try await writer.write(ByteBuffer(bytes: bytes))
                    }
                } catch {
                    pipe.close()
                    try? await source
                    throw error
                }
                try await source
                try await writer.finish(nil)
            })
    }
}
