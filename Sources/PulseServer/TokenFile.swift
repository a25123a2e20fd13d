/// The file that holds the access token, for those who ask for it and those who show it.
package enum TokenFile {
    /// The token: the file's first line that isn't empty.
    ///
    /// - Throws: ``ServerError`` when the file can't be read or holds no usable token.
    package static func token(in path: String) throws(ServerError) -> String {
        try token(SettingsFile(path: path).content(), from: path)
    }

    /// The token in a file's bytes.
    static func token(_ content: [UInt8], from path: String) throws(ServerError) -> String {
        let text = String(decoding: content, as: UTF8.self)
        guard let line = text.split(whereSeparator: \.isNewline).first.map(String.init),
            AccessToken(line) != nil
        else {
            throw .configuration(
                "\(path) holds no usable token: 16 to 2,048 characters, letters, digits and -._~, are needed"
            )
        }
        return line
    }
}
