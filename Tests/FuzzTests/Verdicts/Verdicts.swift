import Foundation
import Pulse

/// The decoder's verdict on each document that comes in, one a line.
///
/// Documents come on the standard input, each behind its length in four bytes, the lowest first. The
/// answer to one is `valid` and its canonical spelling, or reason, field and offset; with the
/// argument `2` that of the decoder of both versions.
@main
enum Verdicts {
    static func main() throws {
        let knowsVersion2 = CommandLine.arguments.dropFirst().contains("2")
        var input = try FileHandle.standardInput.readToEnd().map(Array.init)?[...] ?? []
        while !input.isEmpty {
            let length = input.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let document = Array(input.dropFirst(4).prefix(length))
            input = input.dropFirst(4 + length)
            print(verdict(on: document, knowsVersion2))
        }
    }

    private static func verdict(on document: [UInt8], _ knowsVersion2: Bool) -> String {
        func decode(_ document: [UInt8]) throws(PulseError) -> PulseDocument {
            knowsVersion2
                ? try PulseDecoder.decodeDocument(document)
                : PulseDocument(try PulseDecoder.decode(document))
        }
        do throws(PulseError) {
            let read = try decode(document)
            let canonical = PulseEncoder.encode(read)
            // Only its size can keep the canonical spelling from being a document.
            let isStable =
                canonical.count > PulseDecoder.sizeLimit || (try? decode(canonical)) == read
            return
                "\(isStable ? "valid" : "unstable") \(String(decoding: canonical, as: UTF8.self))"
        } catch {
            let (field, offset) = (
                error.field?.rawValue ?? "-", error.offset.map(String.init) ?? "-"
            )
            return "\(error.reason.rawValue) \(field) \(offset)"
        }
    }
}
