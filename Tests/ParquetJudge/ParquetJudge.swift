import Foundation
import Parquet

/// Drives the target `Parquet` for scripts/judges/parquet_read.py, scripts/judges/parquet_writer.py
/// and scripts/bench/parquet.py.
@main
enum ParquetJudge {
    private static let usage = """
        usage: parquet-judge dump FILE
               parquet-judge columns FILE
               parquet-judge bench-read FILE COLUMN
               parquet-judge copy FROM TO [LEVEL [PAGE-BYTES [ROW-GROUP-BYTES]]]
        """

    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch (arguments.first, arguments.count) {
            case ("dump", 2): try ValueDump.dump(path: arguments[1])
            case ("columns", 2): try ValueDump.columns(path: arguments[1])
            case ("bench-read", 3): try Bench.read(path: arguments[1], column: arguments[2])
            case ("copy", 3...6):
                try FileCopy.copy(
                    from: arguments[1], to: arguments[2], options(arguments.dropFirst(3)))
            default: fail(usage, status: 64)
            }
        } catch let error as ParquetError {
            fail(error.description, status: 1)
        } catch {
            fail("\(error)", status: 1)
        }
    }

    private static func options(_ arguments: ArraySlice<String>) -> ParquetWriter.Options {
        let numbers = arguments.compactMap { Int($0) }
        guard numbers.count == arguments.count else { fail(usage, status: 64) }
        var options = ParquetWriter.Options()
        if numbers.count > 0 { options.compressionLevel = numbers[0] }
        if numbers.count > 1 { options.pageBytes = numbers[1] }
        if numbers.count > 2 { options.rowGroupBytes = numbers[2] }
        return options
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}
