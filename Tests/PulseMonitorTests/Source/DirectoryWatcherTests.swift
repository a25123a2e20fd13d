import TestSupport
import Foundation
import Testing

@testable import PulseMonitor

/// Each wait has a minute; a test that needs it fails by its time limit.
@Suite("DirectoryWatcher", .timeLimit(.minutes(1)))
struct DirectoryWatcherTests {
    private let long = Duration.seconds(3_600)
    private let short = Duration.milliseconds(20)

    /// Whether a wait ends before it is over.
    private func wakes(_ watcher: inout DirectoryWatcher, within duration: Duration) -> Bool {
        let start = ContinuousClock.now
        watcher.wait(atMost: duration, cancellation: CancellationPipe())
        return start.duration(to: .now) < duration
    }

    @Test("wakes when another file is renamed over the watched one")
    func rename() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("status.json"), isEnabled: true)
        watcher.prepare()
        try directory.write("x", to: "new")
        #expect(unsafe Foundation.rename(directory.file("new"), directory.file("status.json")) == 0)
        #expect(wakes(&watcher, within: long))
    }

    @Test("wakes when the file is written in place and closed, and when it is removed")
    func writeAndRemove() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("status.json"), isEnabled: true)
        watcher.prepare()
        try directory.write("x", to: "status.json")
        #expect(wakes(&watcher, within: long))
        #expect(unsafe unlink(directory.file("status.json")) == 0)
        #expect(wakes(&watcher, within: long))
    }

    @Test("wakes when the kernel's queue has overflowed and names nothing")
    func overflow() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("status.json"), isEnabled: true)
        watcher.prepare()
        let limit = try String(
            contentsOfFile: "/proc/sys/fs/inotify/max_queued_events", encoding: .utf8)
        let events = try #require(Int(limit.trimmingCharacters(in: .whitespacesAndNewlines)))
        try directory.write("x", to: "a")
        // Equal events in a row would be one. All are of other files.
        let names = (directory.file("a"), directory.file("b"))
        for _ in 0...events / 4 {
            #expect(unsafe Foundation.rename(names.0, names.1) == 0)
            #expect(unsafe Foundation.rename(names.1, names.0) == 0)
        }
        #expect(wakes(&watcher, within: long))
        // The watch itself goes on.
        try directory.write("x", to: "status.json")
        #expect(wakes(&watcher, within: long))
    }

    @Test(
        "follows the path where it means another directory",
        arguments: ["a link that is replaced", "a directory above that is renamed"])
    func follows(_ change: String) throws {
        let directory = try TemporaryDirectory()
        for name in ["one", "one/run", "two", "two/run"] { try directory.makeDirectory(name) }
        let isLink = change.contains("link")
        if isLink { directory.makeLink("here", to: "one") }
        let here = isLink ? "here" : "one"
        var watcher = DirectoryWatcher(
            file: directory.file("\(here)/run/status.json"), isEnabled: true)
        watcher.prepare()
        if isLink {
            directory.makeLink("new", to: "two")
            directory.rename("new", to: "here")
        } else {
            directory.rename("one", to: "three")
            directory.rename("two", to: "one")
        }
        // As before each poll.
        watcher.prepare()
        try directory.write("x", to: "\(here)/run/status.json")
        #expect(wakes(&watcher, within: long))
        // The directory that it was means nothing any more.
        while wakes(&watcher, within: short) {}
        try directory.write("x", to: isLink ? "one/run/status.json" : "three/run/status.json")
        #expect(!wakes(&watcher, within: short))
        try directory.write("y", to: "\(here)/run/status.json")
        #expect(wakes(&watcher, within: long))
    }

    @Test("sleeps on when another file of the directory changes")
    func otherFile() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("status.json"), isEnabled: true)
        watcher.prepare()
        try directory.write("x", to: "status.json.tmp")
        #expect(!wakes(&watcher, within: short))
    }

    @Test("sleeps on when it isn't enabled")
    func disabled() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("status.json"), isEnabled: false)
        watcher.prepare()
        try directory.write("x", to: "status.json")
        #expect(!wakes(&watcher, within: short))
    }

    @Test("watches a directory that appears later, or anew")
    func directoryComesAndGoes() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("run/status.json"), isEnabled: true)
        watcher.prepare()
        try directory.write("x", to: "run/status.json")
        watcher.prepare()
        try FileManager.default.removeItem(atPath: directory.file("run"))
        #expect(wakes(&watcher, within: long))
        try directory.write("x", to: "run/other")
        watcher.prepare()
        try directory.write("x", to: "run/status.json")
        #expect(wakes(&watcher, within: long))
    }

    @Test("a wait of a year doesn't overflow poll's milliseconds, and an cancellation ends it")
    func cancellation() throws {
        let directory = try TemporaryDirectory()
        var watcher = DirectoryWatcher(file: directory.file("status.json"), isEnabled: true)
        watcher.prepare()
        let cancellation = CancellationPipe()
        cancellation.cancel()
        watcher.wait(atMost: .seconds(366 * 24 * 3_600), cancellation: cancellation)
        #expect(cancellation.isCancelled)
    }

    @Test(
        "finds the directory of a path",
        arguments: ["status.json", "./status.json", "/status.json"])
    func paths(path: String) {
        var watcher = DirectoryWatcher(file: path, isEnabled: true)
        watcher.prepare()
        #expect(!wakes(&watcher, within: short))
    }
}
