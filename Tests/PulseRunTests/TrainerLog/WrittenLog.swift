import Foundation

/// A file that a real library wrote.
enum WrittenLog {
    static func bytes(_ name: String) throws -> [UInt8] {
        let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: directory.appendingPathComponent("Written/\(name)")))
    }
}
