import Testing

@testable import PulseMonitor

@Suite("RunsListing")
struct RunsListingTests {
    private func listing(_ names: [(String, Bool?)]) -> RunsListing {
        var listing = RunsListing()
        for (name, isFolder) in names { listing.add(Array(name.utf8), isFolder: isFolder) }
        return listing
    }

    private func files(_ names: [(String, Bool?)]) -> [String: String] {
        Dictionary(
            uniqueKeysWithValues: listing(names).candidates.map { ($0.description, $1.file) })
    }

    @Test("takes files by their stem, and folders by their name")
    func candidates() {
        #expect(
            files([("a.json", false), ("b", true), ("status.json", false), ("l.json", nil)]) == [
                "a": "a.json", "b": "b/status.json", "status": "status.json", "l": "l.json",
            ])
    }

    @Test("lets the file win over the folder of its name", arguments: [false, true])
    func sameName(isFolderFirst: Bool) {
        var names: [(String, Bool?)] = [("a.json", false), ("a", true)]
        if isFolderFirst { names.reverse() }
        #expect(files(names) == ["a": "a.json"])
        #expect(listing(names).skipped.counts == [.sameName: 1])
    }

    @Test(
        "skips what is no name, and counts it",
        arguments: [
            "a b.json", "a@1.json", "événement.json", "-a.json", "_a.json", "events.json",
            "a\nb.json", "a%2e.json", String(repeating: "a", count: 129) + ".json",
        ])
    func invalidNames(name: String) {
        let listing = listing([(name, false)])
        #expect(listing.candidates.isEmpty)
        #expect(listing.skipped.counts == [.invalidName: 1])
        #expect(listing.skipped.examples.keys.allSatisfy { !$0.contains("\n") })
    }

    @Test("skips bytes that are no UTF-8")
    func bytes() {
        var listing = RunsListing()
        listing.add([0xFF] + Array(".json".utf8), isFolder: false)
        listing.add([0xFF], isFolder: true)
        #expect(listing.candidates.isEmpty)
        #expect(listing.skipped.counts == [.invalidName: 2])
    }

    @Test(
        "passes over what is somebody else's without a word",
        arguments: [".hidden.json", ".", "..", "notes.txt", "a.json.tmp", "checkpoint-100.pt"])
    func others(name: String) {
        #expect(listing([(name, false)]) == RunsListing())
    }

    @Test("takes twins by case as two")
    func twins() {
        #expect(files([("a.json", false), ("A.json", false)]).count == 2)
    }
}
