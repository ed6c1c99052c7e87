import Foundation
import Parquet
import TrainerFormats

/// The comparison of an output's files with their manifest.
///
/// Each file's size and SHA-256 are compared, then what the files say of themselves: rows, tokens,
/// sequences and texts.
public struct ManifestCheck: Sendable, Codable, Equatable {
    /// What was compared of one file.
    public struct File: Sendable, Codable, Equatable {
        /// The file's path.
        public var path: String
        /// How it differs; empty where it does not.
        public var differences: [String]
    }

    /// The format of the output.
    public var format: String
    /// Rows that the manifest names.
    public var rows: Int
    /// Size of all files that the manifest names, bytes.
    public var bytes: Int64
    /// The files in the manifest's order.
    public var files: [File]
    /// What differs between the files' contents and the manifest's counts.
    public var differences: [String]

    /// Whether nothing differs.
    public var isEqual: Bool { differences.isEmpty && files.allSatisfy(\.differences.isEmpty) }

    /// Compares the output beside the manifest at `path`.
    ///
    /// - Parameters:
    ///   - path: the manifest's.
    ///   - told: hears how many bytes of the files were read, and how many there are to be.
    /// - Throws: ``RefineryError`` for a file that is no manifest of an export.
    public init(
        manifest path: String, told: (_ done: Int64, _ total: Int64) -> Void = { _, _ in }
    ) throws {
        let manifest = try Self.read(path)
        let output = manifest.output
        format = output.format
        rows = output.rows
        bytes = output.bytes
        guard Self.isName(output.file) else {
            throw Self.noManifest(path, "it names the output \(output.file.debugDescription)")
        }
        guard let exportFormat = ExportFormat(rawValue: output.format) else {
            throw Self.noManifest(path, "it names the format \(output.format.debugDescription)")
        }
        let base = FilePath.path(of: output.file, beside: path)
        let isFolder = output.folder == true
        let listed =
            output.files
            ?? [Manifest.File(file: output.file, bytes: output.bytes, sha256: output.sha256 ?? "")]
        files = []
        var read: Int64 = 0
        for file in listed {
            guard Self.isName(file.file) else {
                throw Self.noManifest(path, "it names the file \(file.file.debugDescription)")
            }
            let found =
                isFolder ? base + "/" + file.file : FilePath.path(of: file.file, beside: path)
            let differences = Self.differences(of: found, from: file) { count in
                read += Int64(count)
                told(read, output.bytes)
            }
            files.append(File(path: found, differences: differences))
        }
        differences = []
        if isFolder {
            let others = try? FileManager.default.contentsOfDirectory(atPath: base)
                .filter { name in !listed.contains { $0.file == name } }.sorted()
            for other in others ?? [] {
                files.append(
                    File(path: base + "/" + other, differences: ["the manifest does not name it"]))
            }
        }
        let total = listed.reduce(Int64(0)) { $0 &+ $1.bytes }
        if total != output.bytes {
            differences.append("its files are to have \(total) bytes, together \(output.bytes)")
        }
        // What damaged files say of themselves would only say it again.
        guard isEqual else { return }
        do {
            let counted = try FileCounts(
                exportFormat, files: files.map(\.path), compression: output.compression)
            differences = counted.differences(from: output)
        } catch let error as TrainerFormatError {
            differences = [error.message]
        } catch let error as ParquetError {
            differences = [error.message]
        } catch let error as RefineryError {
            differences = [error.message]
        }
    }

    private static func read(_ path: String) throws -> Manifest {
        let size: Int64
        do {
            size = try FileDigest.size(path: path)
        } catch let error as TrainerFormatError {
            throw RefineryError(
                .input, error.message,
                hint: "the manifest lies beside the output, as OUTPUT.manifest.json")
        }
        guard size <= 1 << 28, let data = FileManager.default.contents(atPath: path) else {
            throw noManifest(path, "it has \(size) bytes")
        }
        do {
            return try JSONDecoder().decode(Manifest.self, from: data)
        } catch {
            throw noManifest(path, "it is not the expected JSON")
        }
    }

    /// Whether it is a name alone, which leads to no other folder.
    private static func isName(_ name: String) -> Bool {
        !name.isEmpty && !name.contains("/") && !name.contains("\0") && name != "." && name != ".."
    }

    private static func differences(
        of path: String, from file: Manifest.File, told: (Int) -> Void
    ) -> [String] {
        do {
            let size = try FileDigest.size(path: path)
            guard size == file.bytes else {
                return ["it has \(size) bytes, \(file.bytes) are expected"]
            }
            let digest = try FileDigest(path: path, told: told)
            guard digest.sha256 == file.sha256 else {
                return ["its SHA-256 is \(digest.sha256), \(file.sha256) is expected"]
            }
            return []
        } catch {
            return ["\((error as? TrainerFormatError)?.message ?? "\(error)")"]
        }
    }

    private static func noManifest(_ path: String, _ why: String) -> RefineryError {
        RefineryError(
            .input, "\(path) is no manifest of an export: \(why)",
            hint: "name the file that ends in .manifest.json")
    }
}
