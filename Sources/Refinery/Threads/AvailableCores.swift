import Foundation

/// Cores that this process may use.
public enum AvailableCores {
    /// Cores by affinity, less where a control group's quota allows fewer.
    public static let count = count(
        affinity: ProcessInfo.processInfo.activeProcessorCount,
        groups: (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? "",
        read: { try? String(contentsOfFile: "/sys/fs/cgroup/" + $0, encoding: .utf8) })

    /// As ``count``, from what the kernel says.
    ///
    /// - Parameters:
    ///   - affinity: cores that the scheduler may give.
    ///   - groups: `/proc/self/cgroup`: `0::/path` of version 2, `4:cpu,cpuacct:/path` of version 1.
    ///   - read: a file under `/sys/fs/cgroup`.
    /// - Returns: at least 1.
    static func count(affinity: Int, groups: String, read: (String) -> String?) -> Int {
        var quota = Double.infinity
        for line in groups.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            let isSecond = fields[0] == "0" && fields[1].isEmpty
            guard isSecond || fields[1].split(separator: ",").contains("cpu") else { continue }
            // A quota holds for all below it. In a container the own group is the root.
            var path = fields[2].split(separator: "/").map(String.init)
            while true {
                quota = min(quota, limit(of: path, version2: isSecond, read))
                if path.isEmpty { break }
                path.removeLast()
            }
        }
        guard quota.isFinite else { return max(1, affinity) }
        return max(1, min(affinity, Int(quota.rounded(.up))))
    }

    private static func limit(
        of path: [String], version2: Bool, _ read: (String) -> String?
    ) -> Double {
        func numbers(_ name: String) -> [Double] {
            let roots = version2 ? [[], ["unified"]] : [["cpu"], ["cpu,cpuacct"]]
            for root in roots {
                guard let text = read((root + path + [name]).joined(separator: "/")) else {
                    continue
                }
                return text.split(whereSeparator: \.isWhitespace).map { Double($0) ?? .infinity }
            }
            return []
        }
        let parts =
            version2
            ? numbers("cpu.max") : numbers("cpu.cfs_quota_us") + numbers("cpu.cfs_period_us")
        // -1 and "max" are no limit.
        guard parts.count == 2, parts[0] > 0, parts[1] > 0 else { return .infinity }
        return parts[0] / parts[1]
    }
}
