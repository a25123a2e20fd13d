import TestSupport
import Testing

@testable import Pulse

@Suite("PulseDecoder")
struct PulseDecoderTests {
    @Test(
        "accepts every valid document of the conformance kit",
        arguments: try ConformanceKit.load().valid)
    func accepts(_ fixture: ConformanceKit.Valid) throws {
        let status = try PulseDecoder.decode(try ConformanceKit.bytes(of: fixture.file))
        #expect(status.document == fixture.canonical)
        #expect(try PulseDecoder.decode(Array(fixture.canonical.utf8)) == status)
    }

    @Test(
        "rejects every invalid document of the conformance kit with reason, field and offset",
        arguments: try ConformanceKit.load().invalid)
    func rejects(_ fixture: ConformanceKit.Invalid) throws {
        let bytes = try ConformanceKit.bytes(of: fixture.file)
        let error = #expect(throws: PulseError.self) { try PulseDecoder.decode(bytes) }
        #expect(error?.reason.rawValue == fixture.reason)
        #expect(error?.field?.rawValue == fixture.field)
        #expect(error?.offset == fixture.offset)
    }

    @Test(
        "accepts every valid document of both versions",
        arguments: try ConformanceKit.loadBoth().valid)
    func acceptsBoth(_ fixture: ConformanceKit.Valid) throws {
        let document = try PulseDecoder.decodeDocument(try ConformanceKit.bytes(of: fixture.file))
        #expect(String(decoding: PulseEncoder.encode(document), as: UTF8.self) == fixture.canonical)
        #expect(try PulseDecoder.decodeDocument(Array(fixture.canonical.utf8)) == document)
        #expect(document.version == (fixture.file.hasPrefix("v2/") ? 2 : 1))
        let projection = try? PulseDecoder.decode(PulseEncoder.encode(document.v1))
        #expect(projection == document.v1 || fixture.canonical.utf8.count > 65_000)
    }

    @Test(
        "rejects every invalid document of both versions with reason, field and offset",
        arguments: try ConformanceKit.loadBoth().invalid)
    func rejectsBoth(_ fixture: ConformanceKit.Invalid) throws {
        let bytes = try ConformanceKit.bytes(of: fixture.file)
        let error = #expect(throws: PulseError.self) { try PulseDecoder.decodeDocument(bytes) }
        let verdict = error.map {
            ConformanceKit.Verdict(
                reason: $0.reason.rawValue, field: $0.field?.rawValue, offset: $0.offset ?? -1)
        }
        #expect(verdict == fixture.verdict)
    }

    @Test(
        "takes nothing of version 2 where version 1 alone is known",
        arguments: try ConformanceKit.loadVersion2().valid)
    func knowsVersion1Alone(_ fixture: ConformanceKit.Valid) throws {
        let bytes = try ConformanceKit.bytes(of: "v2/" + fixture.file)
        let error = #expect(throws: PulseError.self) { try PulseDecoder.decode(bytes) }
        #expect([.unknownField, .wrongType].contains(error?.reason))
    }

    @Test(
        "calls every cut of a document that begins with its version truncated",
        arguments: try ConformanceKit.loadVersion2().valid.filter {
            $0.canonical.utf8.count < 2_000
        })
    func cutsOfVersion2(_ fixture: ConformanceKit.Valid) throws {
        let bytes = Array(fixture.canonical.utf8)
        for length in 1..<bytes.count {
            let cut = Array(bytes[..<length])
            let error = #expect(throws: PulseError.self) { try PulseDecoder.decodeDocument(cut) }
            #expect(error?.reason == .truncated, "cut at \(length)")
            #expect(error?.offset == length, "cut at \(length)")
        }
    }

    @Test("reads the six values")
    func values() throws {
        let status = try PulseDecoder.decode(document())
        #expect(status.status == .running)
        #expect(status.epoch == 2.5)
        #expect(status.totalEpochs == 3)
        #expect(status.loss == 0.42)
        #expect(status.message == "step 310 of 372")
        #expect(status.timestamp == 1_732_800_000)
    }

    @Test("reads a message that fills the document")
    func longestMessage() throws {
        let room = PulseDecoder.sizeLimit - document(message: #""""#).count
        let message = String(repeating: "é", count: room / 2)
        let bytes = document(message: "\"\(message)\"")
        #expect(bytes.count > PulseDecoder.sizeLimit - 2)
        #expect(try PulseDecoder.decode(bytes).message == message)
    }

    @Test(
        "calls every cut of a valid document empty or truncated, at its end",
        arguments: try ConformanceKit.load().valid)
    func cuts(_ fixture: ConformanceKit.Valid) throws {
        let bytes = try ConformanceKit.bytes(of: fixture.file)
        // Nothing but white space can follow the last brace.
        let end = try #require(bytes.lastIndex(of: UInt8(ascii: "}")))
        for length in 0...end {
            let cut = Array(bytes[..<length])
            let error = #expect(throws: PulseError.self) { try PulseDecoder.decode(cut) }
            let isEmpty = cut.allSatisfy { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
            #expect(error?.reason == (isEmpty ? .empty : .truncated), "cut at \(length)")
            #expect(error?.offset == (isEmpty ? 0 : length), "cut at \(length)")
        }
    }

    @Test("gives a verdict on every change of one byte")
    func changesOfOneByte() throws {
        let original = document(message: #""é \u00e9 \ud83d\ude00""#)
        var accepted = 0
        for index in original.indices {
            for byte in UInt8.min...UInt8.max {
                var bytes = original
                bytes[index] = byte
                if (try? verdict(on: bytes)) == true { accepted += 1 }
            }
        }
        // The document itself once for each byte, digits, letters of the message, white space.
        #expect((original.count...original.count * 16).contains(accepted))
    }

    @Test("gives a verdict on every document that lacks or doubles one byte")
    func missingAndDoubleBytes() throws {
        let original = document(message: #""é \u00e9 \ud83d\ude00""#)
        for index in original.indices {
            var shorter = original
            shorter.remove(at: index)
            try verdict(on: shorter)
            var longer = original
            longer.insert(original[index], at: index)
            try verdict(on: longer)
        }
    }

    // A fast part of what `Tests/FuzzTests` does at length.
    @Test(
        "gives a verdict on mutations of the conformance kit", arguments: [1, 2, 3, 4] as [UInt64])
    func mutations(seed: UInt64) throws {
        let kit = try ConformanceKit.load()
        let seeds = try (kit.valid.map(\.file) + kit.invalid.map(\.file))
            .map(ConformanceKit.bytes(of:)).filter { $0.count < 1_024 }
        var random = SeededGenerator(seed: seed)
        for _ in 0..<2_500 {
            guard var bytes = seeds.randomElement(using: &random) else { return }
            let other = seeds.randomElement(using: &random) ?? []
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                mutate(&bytes, with: other, using: &random)
            }
            try verdict(on: bytes)
        }
    }

    private func mutate(
        _ bytes: inout [UInt8], with other: [UInt8], using random: inout SeededGenerator
    ) {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let end = Int.random(in: start...bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes.removeSubrange(start..<min(end, start + 8))
        case 1: bytes.insert(contentsOf: bytes[start..<end].prefix(32), at: start)
        case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: start)
        case 3: bytes.replaceSubrange(start..<end, with: other.dropFirst(start).prefix(32))
        default:
            if start < bytes.count { bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        }
    }

    /// Whether a document is accepted.
    ///
    /// A state that was read writes and reads back as itself; an error points into the document.
    @discardableResult
    private func verdict(on bytes: [UInt8]) throws -> Bool {
        do {
            let status = try PulseDecoder.decode(bytes)
            #expect(try PulseDecoder.decode(PulseEncoder.encode(status)) == status)
            return true
        } catch {
            #expect((0...bytes.count).contains(error.offset ?? -1), "\(bytes)")
            return false
        }
    }
}
