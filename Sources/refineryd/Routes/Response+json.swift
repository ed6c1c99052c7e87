import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

extension Response {
    /// An answer that holds one JSON object or array, keys sorted.
    static func json(
        _ value: some Encodable, status: HTTPResponse.Status = .ok
    ) throws -> Response {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var buffer = ByteBuffer(bytes: try encoder.encode(value))
        buffer.writeInteger(UInt8(ascii: "\n"))
        return Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: buffer))
    }

    /// An answer that streams lines of JSON from a blocking writer on a thread of its own.
    ///
    /// An error after the first byte breaks the connection off, so that a client sees that the
    /// answer is not complete.
    static func jsonLines(
        slot: BlockingThreads.Slot, _ write: @escaping @Sendable (DownloadPipe) throws -> Void
    ) -> Response {
        Response(
            status: .ok, headers: [.contentType: "application/jsonl"],
            body: ResponseBody { writer in
                let pipe = DownloadPipe()
                async let source: Void = slot.run {
                    do {
                        try write(pipe)
                        pipe.finish()
                    } catch {
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
