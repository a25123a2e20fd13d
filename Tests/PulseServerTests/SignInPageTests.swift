import Testing

@testable import PulseServer

@Suite struct SignInPageTests {
    @Test(
        "The language is the first that the page speaks",
        arguments: [
            ("ru", SignInPage.Language.russian), ("ru-RU,ru;q=0.9,en;q=0.8", .russian),
            ("de-DE, RU;q=0.5", .russian), ("en-US,en;q=0.9,ru;q=0.8", .english), ("de", .english),
            ("", .english), (",;q=1,", .english), ("russian", .english),
        ])
    func language(field: String, language: SignInPage.Language) {
        #expect(SignInPage.Language(acceptedBy: Array(field.utf8).span) == language)
    }

    @Test("A refusal says so, beside the form") func refusal() {
        let page = SignInPage(isRefusal: true, language: .english)
        #expect(page.document.contains("Wrong token"))
        #expect(
            SignInPage(isRefusal: false, language: .english).document.contains("Wrong") == false)
    }

    @Test("The form leads to the root of the server") func root() {
        let page = SignInPage(isRefusal: false, language: .russian, root: "../../")
        #expect(page.document.contains("<form action=\"../../\">"))
    }
}
