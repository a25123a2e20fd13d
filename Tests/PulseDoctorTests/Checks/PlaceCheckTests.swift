import Glibc
import Testing

@testable import Pulse
@testable import PulseDoctor

/// The checks of where the file lies: directory, mount, file system, port.
@Suite("PlaceChecks")
struct PlaceCheckTests {
    @Test("finds why a directory can't be used")
    func directory() {
        for (code, part) in [
            (ENOENT, "does not exist"), (ENOTDIR, "is not a directory"),
            (EACCES, "can't be reached: permission denied"),
        ] {
            let findings = DirectoryCheck.findings(.sample { $0.directory.errno = code })
            #expect(findings.map(\.level) == [.problem])
            #expect(findings[0].text.contains(part))
        }
        #expect(
            DirectoryCheck.findings(.sample { $0.directory.canEnter = false }).map(\.level)
                == [.problem])
        for code in [ENOTCONN, ESTALE, EIO] {
            let findings = DirectoryCheck.findings(.sample { $0.directory.errno = code })
            #expect(findings[0].text.contains("The file system of /run/pulse is gone"))
            #expect(findings[0].fix?.contains("Mount it anew") == true)
        }
        // The file can be read, only later.
        #expect(
            DirectoryCheck.findings(.sample { $0.directory.canList = false }).map(\.level)
                == [.note])
    }

    @Test("writes fixes that can be pasted, whatever the path is")
    func quoting() {
        #expect(ShellWord.quoted("/run/pulse-1_a.b") == "/run/pulse-1_a.b")
        #expect(ShellWord.quoted("/my run/it's") == #"'/my run/it'\''s'"#)
        #expect(ShellWord.quoted("") == "''")
        #expect(ShellWord.quoted("$(reboot)") == "'$(reboot)'")
    }

    @Test("finds what is to be mounted and isn't, and doesn't have its place made by hand")
    func missingMount() {
        for code in [0, ENOENT] {
            let facts = Facts.sample {
                $0.directory.errno = code
                $0.directory.missingMount = "/my data"
            }
            let found = MountCheck.findings(facts)
            #expect(found.map(\.level) == [.problem])
            #expect(found[0].text.hasPrefix("/my data is to be mounted by /etc/fstab, and isn't"))
            #expect(found[0].fix?.hasSuffix("mount '/my data'") == true)
            #expect(DirectoryCheck.findings(facts).allSatisfy { $0.level == .ok })
        }
    }

    @Test("finds a file that is mounted by itself, and one whose source is gone")
    func mount() throws {
        let mounted = MountCheck.findings(.sample { $0.file.mountRoots = ["/data/status.json"] })
        #expect(mounted.map(\.level) == [.problem])
        #expect(mounted[0].text.contains("mounted by itself: when its source is replaced"))
        #expect(mounted[0].fix?.contains("Mount its directory") == true)
        let gone = MountCheck.findings(
            .sample { $0.file.mountRoots = ["/data/status.json//deleted"] })
        #expect(gone[0].text.contains("has been replaced already"))
        #expect(MountCheck.findings(.sample()) == [])
        let outside = MountCheck.findings(
            .sample {
                $0.directory.mountPoint = "/run"
                $0.directory.mountRoot = "/srv/run//deleted"
            })
        #expect(outside.map(\.level) == [.problem])
        #expect(outside[0].text.contains("mounted at /run has been removed or replaced outside"))
        #expect(outside[0].fix?.contains("umount /run") == true)
        let link = MountCheck.findings(.sample { $0.file.link = "/data/my status.json" })
        #expect(link.map(\.level) == [.note])
        #expect(link[0].fix == "Name the file itself: --status-file '/data/my status.json'")
    }

    @Test("reads the kernel's table of mounts")
    func table() {
        let table = MountTable(
            """
            21 26 0:19 / / rw,relatime shared:7 - overlay overlay rw,lowerdir=/a - b
            24 21 0:22 / /run rw,nosuid - tmpfs tmpfs rw
            31 21 8:1 /srv/status.json /run/status.json ro - ext4 /dev/sda1 rw
            32 21 8:1 /srv/a\\040b\\134c /data/my\\040run rw master:1 propagate_from:2 - nfs4 host:/x rw
            33 21 0:9 / /data/my\\040run rw - fuse.sshfs host:/y rw
            damaged line

            """)
        #expect(table.roots(at: "/run/status.json") == ["/srv/status.json"])
        #expect(table.roots(at: "/data/my run") == ["/srv/a b\\c", "/"])
        #expect(table.roots(at: "/run/status") == [])
        #expect(table.type(of: "/run/pulse") == "tmpfs")
        #expect(table.type(of: "/running") == "overlay")
        // The later mount hides the earlier one.
        #expect(table.type(of: "/data/my run/x") == "fuse.sshfs")
        #expect(MountTable("").type(of: "/") == "")
    }

    @Test(
        "notes file systems that announce no changes of others",
        arguments: ["nfs", "nfs4", "cifs", "9p", "fuse.sshfs", "fuseblk", "ceph", "virtiofs"])
    func remote(_ type: String) {
        let findings = FileSystemCheck.findings(.sample { $0.directory.fileSystem = type })
        #expect(findings.map(\.level) == [.note])
        #expect(findings[0].text.contains("changes are picked up at the next poll"))
    }

    @Test("finds which limit of inotify is reached, and how it is raised")
    func inotify() {
        let watches = FileSystemCheck.findings(.sample { $0.directory.inotifyErrno = ENOSPC })
        #expect(watches.map(\.level) == [.problem])
        #expect(watches[0].fix == "Raise the limit: sysctl fs.inotify.max_user_watches=524288")
        let instances = FileSystemCheck.findings(
            .sample {
                $0.directory.inotifyErrno = EMFILE
                $0.directory.lacksInstances = true
            })
        #expect(instances[0].fix == "Raise the limit: sysctl fs.inotify.max_user_instances=1024")
        let other = FileSystemCheck.findings(.sample { $0.directory.inotifyErrno = ENOSYS })
        #expect(other.map(\.level) == [.note])
        // What can't be listed is no matter of inotify.
        #expect(
            FileSystemCheck.findings(
                .sample {
                    $0.directory.canList = false
                    $0.directory.inotifyErrno = EACCES
                }) == [])
    }

    @Test("finds why a port can't be had, and tells a Pulse server from another program")
    func port() {
        let findings = { (code: Int32, isPulse: Bool) in
            PortCheck.findings(
                .sample {
                    $0.port.errno = code
                    $0.port.server = ServerFacts(isPulse: isPulse, name: isPulse ? nil : "nginx")
                })[0]
        }
        #expect(findings(EADDRINUSE, false).text.hasSuffix("answers there, but nginx."))
        let silent = PortCheck.findings(.sample { $0.port.errno = EADDRINUSE })[0]
        #expect(silent.text.hasSuffix("answers there, neither plainly nor by HTTPS."))
        #expect(findings(0, false) == .ok("port", "127.0.0.1:8080 is free."))
        #expect(findings(EADDRINUSE, true).level == .ok)
        #expect(findings(EADDRINUSE, false).level == .problem)
        #expect(findings(EADDRINUSE, false).fix?.contains("ss -ltnp 'sport = :8080'") == true)
        #expect(findings(EADDRNOTAVAIL, false).text == "127.0.0.1 is no address of this machine.")
        #expect(findings(EAFNOSUPPORT, false).level == .problem)
        let ipv6 = PortCheck.findings(.sample { $0.port.host = "::1" })
        #expect(ipv6[0].text == "[::1]:8080 is free.")
    }
}
