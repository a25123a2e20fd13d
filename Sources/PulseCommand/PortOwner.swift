import Glibc
import Pulse

/// The process that listens on a port, as far as the system shows it to this user: proc_pid_fd(5),
/// proc_pid_net(5).
struct PortOwner: Equatable, CustomStringConvertible {
    let process: Int
    let name: String

    var description: String { "\(name) (process \(process))" }

    /// The owner of a socket that listens on the port; nil where it isn't seen, as another user's.
    init?(ofPort port: UInt16) {
        let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap(Self.text)
        let sockets = Set(tables.flatMap { Self.sockets(listeningOn: port, in: $0) })
        guard !sockets.isEmpty else { return nil }
        for process in ((try? DirectoryEntry.names(in: "/proc")) ?? []).compactMap({ Int($0) }) {
            let directory = "/proc/\(process)/fd"
            for descriptor in ((try? DirectoryEntry.names(in: directory)) ?? []) {
                guard let link = try? Syscalls.system.readlink("\(directory)/\(descriptor)"),
                    sockets.contains(link)
                else { continue }
                let name = Self.text("/proc/\(process)/comm") ?? ""
                self.init(
                    process: process, name: PrintableText.escaping(name.filter { $0 != "\n" }))
                return
            }
        }
        return nil
    }

    /// What stands behind the system's own words: who has the port, where that is seen.
    static func phrase(ofPort port: UInt16) -> String {
        PortOwner(ofPort: port).map { " by \($0)" } ?? ""
    }

    init(process: Int, name: String) {
        (self.process, self.name) = (process, name)
    }

    /// The sockets of a table of proc_pid_net(5) that listen on a port, as the links of a process name
    /// them: `socket:[INODE]`.
    static func sockets(listeningOn port: UInt16, in table: String) -> [String] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            // sl, local address, remote address, state, queues, timer, retransmits, uid, timeout, inode.
            guard fields.count > 9, fields[3] == listening,
                let local = fields[1].split(separator: ":").last, UInt16(local, radix: 16) == port
            else { return nil }
            return "socket:[\(fields[9])]"
        }
    }

    /// TCP_LISTEN of netinet/tcp.h.
    private static let listening = "0A"

    private static func text(_ path: String) -> String? {
        let bytes = try? WholeFile.bytes(of: path, upTo: 16 * 1024 * 1024)
        return bytes.flatMap { $0 }.map { String(decoding: $0, as: UTF8.self) }
    }
}
