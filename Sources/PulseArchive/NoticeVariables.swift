/// Environment variables as the kernel keeps them: `NAME=VALUE`, each with a NUL behind it.
enum NoticeVariables {
    static func bytes(of variables: [String: String]) -> [UInt8] {
        variables.sorted { $0.key < $1.key }.flatMap { Array("\($0.key)=\($0.value)\0".utf8) }
    }

    static func read(_ bytes: [UInt8]) -> [String: String] {
        let variables = bytes.split(separator: 0).map { variable in
            let name = variable.prefix { $0 != UInt8(ascii: "=") }
            let value = variable.dropFirst(name.count + 1)
            return (String(decoding: name, as: UTF8.self), String(decoding: value, as: UTF8.self))
        }
        return Dictionary(variables) { $1 }
    }
}
