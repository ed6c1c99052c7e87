import Testing

@testable import Refinery

@Suite struct AvailableCoresTests {
    private func count(_ cores: Int, _ groups: String, _ files: [String: String]) -> Int {
        AvailableCores.count(affinity: cores, groups: groups) { files[$0] }
    }

    @Test("without a quota every core of the affinity mask counts")
    func noQuota() {
        #expect(count(8, "", [:]) == 8)
        #expect(count(8, "0::/user.slice\n", ["user.slice/cpu.max": "max 100000\n"]) == 8)
        #expect(
            count(
                8, "4:cpu,cpuacct:/\n",
                ["cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n"]) == 8)
    }

    @Test("the tightest quota on the way to the root holds, parts of a core rounded up")
    func version2() {
        let files = [
            "a/b/cpu.max": "max 100000\n", "a/cpu.max": "250000 100000\n",
            "cpu.max": "600000 100000\n",
        ]
        #expect(count(8, "0::/a/b\n", files) == 3)
        #expect(count(2, "0::/a/b\n", files) == 2, "never more than the affinity mask")
        #expect(count(8, "0::/\n", ["cpu.max": "50000 100000\n"]) == 1)
    }

    @Test("control groups of version 1, and of both, are read too")
    func version1() {
        let files = [
            "cpu/docker/x/cpu.cfs_quota_us": "400000\n",
            "cpu/docker/x/cpu.cfs_period_us": "100000\n",
        ]
        #expect(count(16, "5:memory:/\n4:cpu,cpuacct:/docker/x\n0::/\n", files) == 4)
        #expect(count(16, "0::/s\n", ["unified/s/cpu.max": "200000 100000"]) == 2)
    }
}
