import Foundation
import Pulse

/// The decoder's verdict on each document that comes in, one a line.
///
/// Documents come on the standard input, each behind its length in four bytes, the lowest first. The
/// answer to one is `valid` and its canonical spelling, or reason, field and offset.
@main
enum Verdicts {
    static func main() throws {
        var input = try FileHandle.standardInput.readToEnd().map(Array.init)?[...] ?? []
        while !input.isEmpty {
            let length = input.prefix(4).reversed().reduce(0) { $0 << 8 | Int($1) }
            let document = Array(input.dropFirst(4).prefix(length))
            input = input.dropFirst(4 + length)
            print(verdict(on: document))
        }
    }

    private static func verdict(on document: [UInt8]) -> String {
        do {
            let status = try PulseDecoder.decode(document)
            let canonical = PulseEncoder.encode(status)
            // Only its size can keep the canonical spelling from being a document.
            let isStable =
                canonical.count > PulseDecoder.sizeLimit
                || (try? PulseDecoder.decode(canonical)) == status
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
