internal import Glibc

/// What a credentials file holds.
enum Credentials: Equatable {
    /// A signed user and its seed, as `nsc` writes them: the library reads the file itself, anew at
    /// each connection.
    case signed
    /// For servers that keep a list of users.
    case password(user: String, password: String)

    /// How a file of signed credentials begins.
    private static let mark = "-----BEGIN NATS USER JWT-----"
    /// No credentials are larger.
    private static let sizeLimit = 65_536

    /// - Throws: ``NATSError`` when the file can't be read, or holds neither.
    init(file path: String) throws(NATSError) {
        guard let file = unsafe fopen(path, "re") else {
            throw NATSError(.unusableFile, "\(path): \(unsafe String(cString: strerror(errno)))")
        }
        defer { unsafe fclose(file) }
        var bytes = [UInt8](repeating: 0, count: Self.sizeLimit)
        let count = unsafe fread(&bytes, 1, bytes.count, file)
        let text = String(decoding: bytes[..<count], as: UTF8.self)
        if text.contains(Self.mark) {
            self = .signed
            return
        }
        let line = text.split(whereSeparator: \.isNewline).first ?? ""
        let colon = line.firstIndex(of: ":") ?? line.startIndex
        guard colon > line.startIndex else {
            throw NATSError(
                .unusableFile,
                "\(path) holds no credentials: a .creds file of NATS, or one line user:password")
        }
        self = .password(
            user: String(line[..<colon]), password: String(line[line.index(after: colon)...]))
    }
}
