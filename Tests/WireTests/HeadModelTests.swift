internal import Testing

/// Every string of up to five of the seven bytes that parsers mix up, spliced into a head, against a
/// strict reading of RFC 9112 that shares nothing with the server's.
@Suite("Head model", .ownThread, .timeLimit(.minutes(1)))
struct HeadModelTests {
    private static let alphabet: [UInt8] = [0x00, 0x0d, 0x0a, 0x20, 0x09, 0x3a, 0x61]
    private static let smuggled = "GET /smuggled HTTP/1.0\r\n\r\n"

    @Test(
        "no spliced head is read in another way than RFC 9112 says",
        arguments: [
            ("", "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            ("GET /livez?", " HTTP/1.1\r\nHost: localhost\r\n\r\n"),
            ("GET /livez HTTP/1.1", "\r\nHost: localhost\r\n\r\n"),
            ("GET /livez HTTP/1.1\r\nHost: localhost\r\nX", "\r\nY: z\r\n\r\n"),
            ("GET /livez HTTP/1.1\r\nHost: localhost\r\nX: y", "\r\nY: z\r\n\r\n"),
        ])
    func spliced(before: String, after: String) async throws {
        try await RunningServer.serving(.running()) { server in
            var differences: [String] = []
            var batch: [(sent: [UInt8], client: RawClient)] = []
            for splice in (0...5).flatMap(Self.strings) {
                let sent = Array(before.utf8) + splice + Array((after + Self.smuggled).utf8)
                let client = try server.connect()
                try client.send(sent)
                client.finishSending()
                batch.append((sent, client))
                if batch.count == 200 {
                    differences += try Self.differences(of: batch)
                    batch = []
                }
            }
            differences += try Self.differences(of: batch)
            #expect(differences.isEmpty, "\(differences.count), such as \(differences.prefix(5))")
        }
    }

    private static func strings(of length: Int) -> [[UInt8]] {
        (0..<length).reduce([[]]) { strings, _ in
            strings.flatMap { string in alphabet.map { string + [$0] } }
        }
    }

    private static func differences(
        of batch: [(sent: [UInt8], client: RawClient)]
    ) throws -> [String] {
        try batch.compactMap { sent, client in
            let answers = text(try client.bytesToEnd())
            let statuses = answers.components(separatedBy: "HTTP/1.1 ").dropFirst().compactMap {
                Int($0.prefix(3))
            }
            let expected = HeadModel.statuses(sent)
            return statuses == expected
                ? nil : "\(text(sent).debugDescription): \(statuses), not \(expected)"
        }
    }
}

/// RFC 9112 read by whole lines: a line ends in CRLF or LF, and nothing deprecated is accepted.
private enum HeadModel {
    /// The statuses of the answers to what a client sends before it closes its sending half.
    static func statuses(_ bytes: [UInt8]) -> [Int] {
        var rest = bytes[...]
        var statuses: [Int] = []
        while let line = takeLine(&rest) {
            if line.isEmpty { continue }
            guard let (status, closes) = answer(to: line, &rest) else { return statuses }
            statuses.append(status)
            if closes { return statuses }
        }
        // The beginning of a line that can't be one is answered without its end.
        return isHopeless(rest) ? statuses + [400] : statuses
    }

    /// Nil where the head isn't whole.
    private static func answer(
        to line: [UInt8], _ rest: inout ArraySlice<UInt8>
    ) -> (status: Int, closes: Bool)? {
        let words = line.split(separator: 0x20, omittingEmptySubsequences: false)
        guard words.count == 3, !words[0].isEmpty, words[0].allSatisfy(isNameByte),
            words[1].first == 0x2f, words[1].allSatisfy({ $0 > 0x20 && $0 != 0x7f }),
            ["HTTP/1.1", "HTTP/1.0"].contains(text(words[2]))
        else { return (400, true) }
        var hosts = 0
        while true {
            guard let field = takeLine(&rest) else { return nil }
            if field.isEmpty { break }
            let parts = field.split(
                separator: 0x3a, maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, !parts[0].isEmpty, parts[0].allSatisfy(isNameByte),
                parts[1].allSatisfy(isValueByte)
            else { return (400, true) }
            if text(parts[0]).lowercased() == "host" { hosts += 1 }
        }
        let isOld = text(words[2]) == "HTTP/1.0"
        guard hosts == 1 || isOld && hosts == 0 else { return (400, true) }
        guard text(words[0]) == "GET" else { return (405, true) }
        return (text(words[1]).hasPrefix("/livez") ? 200 : 404, isOld)
    }

    private static func takeLine(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        guard let end = rest.firstIndex(of: 0x0a) else { return nil }
        defer { rest = rest[(end + 1)...] }
        let line = rest[..<end]
        return Array(line.last == 0x0d ? line.dropLast() : line)
    }

    private static func isHopeless(_ rest: ArraySlice<UInt8>) -> Bool {
        !rest.allSatisfy { isValueByte($0) }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x21...0x7e).contains(byte) && !"()<>@,;:\\\"/[]?={}".utf8.contains(byte)
    }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        byte == 0x09 || byte >= 0x20 && byte != 0x7f
    }
}
