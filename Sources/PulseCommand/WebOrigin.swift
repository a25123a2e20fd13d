/// The form of an origin as browsers send it (RFC 6454 §6.2): scheme, host, port, and no slash at
/// the end.
enum WebOrigin {
    static func isValid(_ text: String) -> Bool {
        if text == "*" { return true }
        guard let scheme = ["http://", "https://"].first(where: text.hasPrefix) else {
            return false
        }
        let authority = text.dropFirst(scheme.count)
        return !authority.isEmpty
            && authority.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default: "-.:[]_".utf8.contains(byte)
                }
            }
    }
}
