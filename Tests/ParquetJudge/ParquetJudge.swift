import Foundation
import Parquet

/// Drives the target `Parquet` for scripts/judges/parquet.py and scripts/bench/parquet.py.
@main
enum ParquetJudge {
    static func main() {
        let arguments = Array(CommandLine.arguments.dropFirst())
        do {
            switch (arguments.first, arguments.count) {
            case ("dump", 2): try ValueDump.dump(path: arguments[1])
            case ("columns", 2): try ValueDump.columns(path: arguments[1])
            case ("bench-read", 3): try Bench.read(path: arguments[1], column: arguments[2])
            default:
                fail(
                    """
                    usage: parquet-judge dump FILE
                           parquet-judge columns FILE
                    """, status: 64)
            }
        } catch let error as ParquetError {
            fail(error.description, status: 1)
        } catch {
            fail("\(error)", status: 1)
        }
    }

    private static func fail(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}
