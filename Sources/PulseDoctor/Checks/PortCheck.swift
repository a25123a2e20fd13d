internal import Glibc
internal import Pulse
internal import PulseClient

/// Whether the server can listen on the address that it is to have.
enum PortCheck {
    private static let name = "port"

    static func findings(_ facts: Facts) -> [Finding] {
        let port = facts.port
        let place = HostPort(host: port.host, port: port.port)
        switch port.errno {
        case 0 where port.port == 0: return [.ok(name, "\(port.host) has free ports.")]
        case 0: return [.ok(name, "\(place) is free.")]
        case EADDRINUSE where port.server?.isPulse == true:
            return [.ok(name, "A Pulse server is listening on \(place).")]
        case EADDRINUSE:
            return [
                .problem(
                    name,
                    "\(place) is taken, and no Pulse server answers there\(other(port.server)).",
                    fix: "Choose another: pulse serve --port 0, or see who has it: "
                        + "ss -ltnp 'sport = :\(port.port)'")
            ]
        case EACCES:
            return [
                .problem(
                    name, "This user may not listen on port \(port.port).",
                    fix: "Choose one from 1024 on: pulse serve --port 8080")
            ]
        case EADDRNOTAVAIL:
            return [
                .problem(
                    name, "\(port.host) is no address of this machine.",
                    fix: "See which are: ip -brief address")
            ]
        default:
            let reason = SystemError.text(port.errno)
            return [
                .problem(
                    name, "\(place) can't be listened on: \(reason).",
                    fix: "Give an address of this machine: --host 127.0.0.1")
            ]
        }
    }

    private static func other(_ server: ServerFacts?) -> String {
        guard let server else { return ", neither plainly nor by HTTPS" }
        return server.name.map { ", but \($0.prefix(80))" } ?? ", but another web server"
    }
}
