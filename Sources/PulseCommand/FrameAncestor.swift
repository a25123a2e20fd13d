/// Whose pages may frame the panel, as a Content-Security-Policy names them (CSP3 §2.3.1).
enum FrameAncestor {
    /// Whether it is an origin, the star, or a scheme such as `vscode-webview:`, whose pages have
    /// an origin of their own each.
    static func isValid(_ text: String) -> Bool {
        WebOrigin.isValid(text) || isScheme(text)
    }

    private static func isScheme(_ text: String) -> Bool {
        guard let first = text.utf8.first, text.utf8.count > 1, text.hasSuffix(":") else {
            return false
        }
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return letters.contains(first)
            && text.utf8.dropLast().allSatisfy {
                letters.contains($0) || (0x30...0x39).contains($0) || "+-.".utf8.contains($0)
            }
    }
}
