import Glibc
import Pulse

/// The arguments and the environment of this process as text, without a loss.
///
/// Swift's own arguments have U+FFFD for bytes that aren't UTF-8: a path with such bytes would become
/// another path.
enum ProcessText {
    /// What can't be text, and what to do about it.
    struct NotUTF8: Error, CustomStringConvertible {
        let description: String
    }

    /// The arguments after the program's name.
    static func arguments() throws(NotUTF8) -> [String] {
        let vector = unsafe CommandLine.unsafeArgv
        return try text(
            (1..<max(1, Int(CommandLine.argc))).compactMap { unsafe vector[$0].map(bytes) })
    }

    static func text(_ arguments: [[UInt8]]) throws(NotUTF8) -> [String] {
        var texts: [String] = []
        for argument in arguments {
            texts.append(try text(argument, named: "the argument '\(shown(argument))'"))
        }
        return texts
    }

    /// Checks variables that settings were taken from.
    ///
    /// - Parameter environment: the bytes of a variable's value by its name.
    static func check(
        variables: [String], environment: (String) -> [UInt8]? = Self.variable
    ) throws(NotUTF8) {
        for name in variables {
            guard let value = environment(name) else { continue }
            _ = try text(value, named: "the variable \(name)='\(shown(value))'")
        }
    }

    /// The names of all variables in the environment that are text, in the order of the letters.
    ///
    /// From /proc, because `environ` is a global that anybody may change.
    static func variableNames() -> [String] {
        let block = (try? WholeFile.bytes(of: "/proc/self/environ", upTo: 1 << 24)) ?? []
        return block.split(separator: 0).compactMap {
            String(validating: $0.prefix { $0 != UInt8(ascii: "=") }, as: UTF8.self)
        }.sorted()
    }

    private static func text(_ bytes: [UInt8], named what: String) throws(NotUTF8) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw NotUTF8(
                description: "\(what) is not UTF-8: rename what it names, or make a link to it")
        }
        return text
    }

    /// With `\xff` for each byte that isn't printable ASCII.
    private static func shown(_ bytes: [UInt8]) -> String {
        bytes.map { byte in
            (0x20...0x7E).contains(byte)
                ? String(UnicodeScalar(byte))
                : "\\x" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    private static func variable(_ name: String) -> [UInt8]? {
        unsafe getenv(name).map(bytes)
    }

    private static func bytes(_ text: UnsafeMutablePointer<CChar>) -> [UInt8] {
        unsafe UnsafeRawBufferPointer(start: text, count: strlen(text)).map { $0 }
    }
}
