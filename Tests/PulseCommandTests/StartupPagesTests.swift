import Testing

@testable import PulseCommand

@Suite("StartupPages")
struct StartupPagesTests {
    @Test("finds the code of files, and nothing that may have been written")
    func code() {
        let maps = """
            55d0a0000000-55d0a0010000 r--p 00000000 fe:00 131        /usr/local/bin/pulse
            55d0a0010000-55d0a1000000 r-xp 00010000 fe:00 131        /usr/local/bin/pulse
            55d0a1000000-55d0a1200000 rw-p 01000000 fe:00 131        /usr/local/bin/pulse
            55d0a1200000-55d0a1300000 rw-p 00000000 00:00 0          [heap]
            7f0000000000-7f0000001000 r-xp 00000000 00:00 0
            7f0000100000-7f0000200000 r-xp 00026000 fe:00 99         /usr/lib/with a space/libc.so.6
            7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]
            """
        #expect(
            StartupPages.codeRanges(inMaps: maps) == [
                0x55d0_a001_0000..<0x55d0_a100_0000, 0x7f00_0010_0000..<0x7f00_0020_0000,
            ])
    }

    @Test(
        "finds nothing in what is no map",
        arguments: ["", "\n", "r-xp", "2-1 r-xp 0 0 0 /a", "x-y r-xp 0 0 0 /a"])
    func none(text: String) {
        #expect(StartupPages.codeRanges(inMaps: text).isEmpty)
    }
}
