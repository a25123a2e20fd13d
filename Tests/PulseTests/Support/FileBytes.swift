import Foundation

/// The bytes of a file, read by other means than those under test.
func contents(of path: String) throws -> [UInt8] {
    // `Data(contentsOf:)` leaks a buffer for each empty file, which LeakSanitizer reports.
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    return try file.readToEnd().map(Array.init) ?? []
}

/// Writes a file in place, as a writer does that isn't atomic.
func overwrite(_ path: String, with bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(fileURLWithPath: path))
}
