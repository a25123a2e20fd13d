internal import MicroHTTPD

/// The page that asks a person for the token: a form, and no script.
///
/// It is for who asks for `text/html` by name, as a browser does that visits a page. Everybody else,
/// the panel's own requests among them, gets the problem.
struct SignInPage {
    /// Whether a token was given, and was another one.
    let isRefusal: Bool
    let language: Language
    /// What leads from the address that was asked for to the page, also below a proxy's path.
    let root: String

    /// What the page speaks.
    enum Language: String {
        case english = "en"
        case russian = "ru"

        /// The first that the page speaks of an `Accept-Language` field (RFC 9110 §12.5.4), in which
        /// browsers list by preference; English where there is none.
        init(acceptedBy field: Span<UInt8>) {
            let ranges = String(decoding: Bytes.lowercased(field), as: UTF8.self).split(
                separator: ",")
            self =
                ranges.lazy.compactMap { range in
                    Language(rawValue: String(range.drop { $0 == " " }.prefix { $0.isLetter }))
                }.first ?? .english
        }
    }

    /// Whether the client asks for a page by name.
    static func isWanted(by request: borrowing Request) -> Bool {
        request.withHeader(.accept) { field in
            let page = AcceptField(field).preference(for: "text", "html", version: "")
            return page.quality > 0 && page.precision >= 3
        } ?? false
    }

    init(for request: borrowing Request, isRefusal: Bool, below base: BasePath) {
        self.isRefusal = isRefusal
        language = request.withHeader(.acceptLanguage) { Language(acceptedBy: $0) } ?? .english
        root = base.page(from: request.pathDepth)
    }

    init(isRefusal: Bool, language: Language, root: String = "./") {
        self.isRefusal = isRefusal
        self.language = language
        self.root = root
    }

    /// With the status and the challenge of the problem that it stands for.
    func representation(policy: AccessPolicy) -> Representation {
        Representation(
            status: 401, type: "text/html; charset=utf-8", body: Array(document.utf8), tag: nil,
            headers: Problem.unauthorized.headers + [
                HeaderLine(
                    "Content-Security-Policy",
                    "default-src 'none'; style-src '\(Self.styleHash)'; img-src data:; form-action 'self'; base-uri 'none'; "
                        + "frame-ancestors \(policy.frameAncestors)"),
                HeaderLine("Referrer-Policy", "no-referrer"),
            ], policy: policy)
    }

    var document: String {
        let words = Words(language)
        let refusal =
            isRefusal
            ? "<p id=\"refusal\" role=\"alert\"><strong>\(words.refusal)</strong></p>\n" : ""
        let reference = isRefusal ? " aria-describedby=\"refusal\" aria-invalid=\"true\"" : ""
        return """
            <!doctype html>
            <html lang="\(language.rawValue)">
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <title>\(words.title) – Pulse</title>
            <link rel="icon" href="data:,">
            <style>\(Self.style)</style>
            <main>
            <h1>\(words.title)</h1>
            \(refusal)<form action="\(root)">
            <label for="token">\(words.label)</label>
            <input id="token" name="token" type="password" autocomplete="current-password" required autofocus\(reference)>
            <button>\(words.button)</button>
            </form>
            <p>\(words.hint)</p>
            </main>
            </html>

            """
    }

    private struct Words {
        let title, label, button, refusal, hint: String

        init(_ language: Language) {
            switch language {
            case .english:
                title = "Sign in"
                label = "Token"
                button = "Sign in"
                refusal = "Wrong token"
                hint = "It is the first line of the file that <code>--token-file</code> names."
            case .russian:
                title = "Вход"
                label = "Токен"
                button = "Войти"
                refusal = "Неверный токен"
                hint = "Это первая строка файла, указанного в <code>--token-file</code>."
            }
        }
    }

    private static let style = """
        body{margin:0;font:1rem/1.45 system-ui,sans-serif}\
        main{max-inline-size:24em;margin:12vh auto;padding:1em}\
        form{display:grid;gap:.5em}\
        input,button{font:inherit;min-block-size:2.5em;padding:.2em .6em}\
        code{white-space:nowrap}
        """

    /// SHA-256 of the style, in base64 (CSP 3 §2.3.1): no other style is let in.
    private static let styleHash = "sha256-Em7aeGA+A/S07YYb7evykHEP9hWEfyY6inCKP8F/JE4="
}
