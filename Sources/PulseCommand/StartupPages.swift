import Glibc
import SystemPackage

/// The pages of code that a start has touched and a server at rest never runs again: half of what
/// it would weigh.
///
/// Parsing a command line runs through most of the binary once, and each page brings fifteen
/// neighbours.
enum StartupPages {
    /// Unmaps them, which `MADV_DONTNEED` does; what is needed again is mapped again from the cache.
    ///
    /// Only code: it is the same in the file. A page that is read-only by now may have been
    /// written before, by the loader, and would be lost.
    static func release() {
        for range in codeRanges(inMaps: ownMaps()) {
            _ = unsafe madvise(
                UnsafeMutableRawPointer(bitPattern: range.lowerBound), range.count, MADV_DONTNEED)
        }
    }

    /// The text of `/proc/self/maps`; empty where there is none.
    private static func ownMaps() -> String {
        var text: [UInt8] = []
        let path: FilePath = "/proc/self/maps"
        guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
            return ""
        }
        defer { try? file.close() }
        var page = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe page.withUnsafeMutableBytes { unsafe try? file.read(into: $0) } ?? 0
            if count == 0 { break }
            text += page[..<count]
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// The address ranges of files' code, from the text of `/proc/self/maps` (proc_pid_maps(5)).
    static func codeRanges(inMaps text: String) -> [Range<UInt>] {
        text.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "r-xp", fields[5].first == "/" else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt($0, radix: 16) }
            return ends.count == 2 && ends[0] < ends[1] ? ends[0]..<ends[1] : nil
        }
    }
}
