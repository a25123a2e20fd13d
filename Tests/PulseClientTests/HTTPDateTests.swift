import Testing

@testable import PulseClient

@Suite("HTTPDate")
struct HTTPDateTests {
    @Test(
        "counts the seconds since 1970",
        arguments: [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Fri, 28 Nov 2025 16:00:00 GMT", 1_764_345_600),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
        ] as [(String, Int64)])
    func times(_ text: String, _ time: Int64) {
        #expect(HTTPDate.unixTime(text) == time)
    }

    @Test(
        "knows no other form",
        arguments: [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
            "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 40 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 25:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT", "Sun, 06 Nov 999999999999999 08:49:37 GMT",
        ])
    func others(_ text: String) {
        #expect(HTTPDate.unixTime(text) == nil)
    }
}
