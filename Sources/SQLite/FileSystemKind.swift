internal import CSQLite

/// What kind of file system a database is on: not everywhere can two connections share one.
public enum FileSystemKind {
    /// `f_type` of statfs(2): NFS, SMB1, SMB2, CIFS, FUSE, 9P, AFS, Ceph, Lustre, Coda.
    private static let network: Set<UInt32> = [
        0x6969, 0x517b, 0xfe53_4d42, 0xff53_4d42, 0x6573_5546, 0x0102_1997, 0x5346_414f,
        0x00c3_6400, 0x0bd0_0bd0, 0x7375_7245,
    ]

    /// Whether it is one on which memory isn't shared, and locks are doubtful.
    public static func isNetwork(_ path: String) -> Bool {
        network.contains(unsafe CSQLite_file_system(path))
    }
}
