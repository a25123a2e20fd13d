import TestSupport
import Testing

@testable import PulseRun

@Suite("MemoryKills")
struct MemoryKillsTests {
    @Test("reads cgroup v2")
    func version2() throws {
        let root = try TemporaryDirectory()
        try root.write("0::/user.slice/job.scope\n", to: "proc/self/cgroup")
        try root.write(
            "low 0\nhigh 0\nmax 7\noom 2\noom_kill 3\noom_group_kill 1\n",
            to: "sys/fs/cgroup/user.slice/job.scope/memory.events")
        #expect(MemoryKills.count(root: root.path) == 3)
    }

    @Test("reads cgroup v1, beside an empty v2 hierarchy")
    func version1() throws {
        let root = try TemporaryDirectory()
        try root.write(
            "9:name=systemd:/\n4:cpu,memory:/docker/abc\n0::/\n", to: "proc/self/cgroup")
        try root.write(
            "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n",
            to: "sys/fs/cgroup/memory/docker/abc/memory.oom_control")
        #expect(MemoryKills.count(root: root.path) == 5)
    }

    @Test("finds a container's own group where it is mounted as the root")
    func container() throws {
        let root = try TemporaryDirectory()
        try root.write("0::/../outside\n", to: "proc/self/cgroup")
        try root.write("oom_kill 1\n", to: "sys/fs/cgroup/memory.events")
        #expect(MemoryKills.count(root: root.path) == 1)
    }

    @Test("knows nothing where the system says nothing")
    func unknown() throws {
        let root = try TemporaryDirectory()
        #expect(MemoryKills.count(root: root.path) == nil)
        try root.write("0::/\nnonsense\n", to: "proc/self/cgroup")
        #expect(MemoryKills.count(root: root.path) == nil)
        try root.write("low 0\n", to: "sys/fs/cgroup/memory.events")
        #expect(MemoryKills.count(root: root.path) == nil)
    }
}
