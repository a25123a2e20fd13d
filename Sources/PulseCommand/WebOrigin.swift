/// The form of an origin as browsers send it (RFC 6454 §6.2): scheme, host, port, and no slash at
/// the end.
enum WebOrigin {
    /// Whether a browser could send it, or it is the star for all.
    static func isValid(_ text: String) -> Bool {
        if text == "*" { return true }
        guard let (scheme, ownPort) = ownPorts.first(where: { text.hasPrefix($0.0) }) else {
            return false
        }
        let authority = text.dropFirst(scheme.count)
        // Browsers send names in small letters.
        guard !authority.utf8.contains(where: { (0x41...0x5A).contains($0) }) else { return false }
        let colon = authority.hasSuffix("]") ? nil : authority.lastIndex(of: ":")
        let host = authority[..<(colon ?? authority.endIndex)]
        guard HostName.isName(host) || HostName.isIPv6Literal(host) else { return false }
        guard let colon else { return true }
        let port = authority[authority.index(after: colon)...]
        // Browsers leave a scheme's own port out, and zeros before one.
        return UInt16(port).map { $0 > 0 && String($0) == port } == true
            && port != ownPort
    }

    private static let ownPorts = [("http://", "80"), ("https://", "443")]
}
