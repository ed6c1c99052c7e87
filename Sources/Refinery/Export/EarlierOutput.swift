import Foundation

/// What a manifest says of the output that it lies beside, whatever version wrote it.
///
/// It decides which files a new output may replace: those that the manifest names, and no others.
public struct EarlierOutput: Sendable, Equatable {
    /// The output's name, without its folder.
    public var name: String
    /// The format.
    public var format: String
    /// What the name stands for.
    public var place: ExportFormat.Place
    /// The names of its files.
    public var files: [String]
    /// The shard whose rows it has; nil for an export of a store.
    public var shard: Manifest.Shard?

    /// Reads the manifest at `path`; nil where none is there, or it is none.
    public init?(manifest path: String) {
        guard let data = FileManager.default.contents(atPath: path),
            let content = try? JSONDecoder().decode(Content.self, from: data)
        else { return nil }
        let output = content.output
        shard = content.shard
        name = output.file
        format = output.format ?? ExportFormat.jsonl.rawValue
        files = output.files?.map(\.file) ?? [output.file]
        place = output.files == nil ? .file : output.folder == true ? .folder : .prefix
    }

    private struct Content: Decodable {
        struct Output: Decodable {
            struct File: Decodable { var file: String }
            var file: String
            var format: String?
            var files: [File]?
            var folder: Bool?
        }
        var output: Output
        var shard: Manifest.Shard?
    }
}
