import Testing

@testable import PulseDoctor

@Suite("FileSystemTable")
struct FileSystemTableTests {
    private let table = FileSystemTable(
        """
        # /etc/fstab: static file system information.
        UUID=1 / ext4 errors=remount-ro 0 1
        UUID=2 none swap sw 0 0
        #/dev/sdb1 /old ext4 defaults 0 2
        nas:/export\t/data/runs\tnfs\tnoauto,_netdev\t0 0
        nas:/all /data/ nfs defaults 0 0
        //nas/share /mnt/my\\040share cifs defaults
        short /short
        """)

    @Test("finds the deepest place that is to hold a path")
    func deepest() {
        #expect(table.points == ["/", "/data/runs", "/data", "/mnt/my share"])
        for (path, point) in [
            ("/data/runs/a", "/data/runs"), ("/data/runs", "/data/runs"), ("/data/other", "/data"),
            ("/mnt/my share/x", "/mnt/my share"), ("/database", "/"), ("/home", "/"), ("/", "/"),
        ] {
            #expect(table.point(holding: path) == point)
        }
        #expect(FileSystemTable("").point(holding: "/data") == nil)
    }
}
