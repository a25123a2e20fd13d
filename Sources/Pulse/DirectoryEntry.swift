internal import Glibc

/// One thing that lies in a directory, as readdir(3) tells it.
package struct DirectoryEntry: Sendable, Equatable {
    /// Its bytes, of whatever encoding.
    package let name: [UInt8]
    /// `DT_REG` and so on (`dirent.h`); `DT_UNKNOWN` where the file system doesn't tell.
    package let type: Int32

    /// The name, repaired where it isn't UTF-8.
    package var text: String { String(decoding: name, as: UTF8.self) }

    /// Hands all entries of a directory but `.` and `..` to a closure, in the system's order.
    ///
    /// - Parameter take: takes one, and says whether to go on.
    package static func each(
        in directory: String, _ take: (DirectoryEntry) -> Bool
    ) throws(FileError) {
        guard let stream = unsafe opendir(directory) else { throw .call(errno) }
        defer { unsafe closedir(stream) }
        while let entry = unsafe readdir(stream) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) {
                unsafe Array($0.prefix { $0 != 0 })
            }
            guard name != dot, name != dot + dot else { continue }
            guard take(DirectoryEntry(name: name, type: unsafe Int32(entry.pointee.d_type))) else {
                return
            }
        }
    }

    /// The names in a directory.
    package static func names(in directory: String) throws(FileError) -> [String] {
        var names: [String] = []
        try each(in: directory) {
            names.append($0.text)
            return true
        }
        return names
    }

    private static let dot = [UInt8(ascii: ".")]
}
