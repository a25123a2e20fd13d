import Foundation
import Glibc
import Testing

@testable import Pulse

/// What can stand where the status file was.
enum FileFault: String, CaseIterable {
    case missing, empty, torn, notANumber, tooLarge, huge, directory, fifo, socket, linkLoop
    case danglingLink, device

    var reason: PulseError.Reason {
        switch self {
        case .missing, .danglingLink: .missing
        case .empty: .empty
        case .torn: .truncated
        case .notANumber: .notFinite
        case .tooLarge, .huge: .tooLarge
        case .directory, .fifo, .socket, .device: .notRegular
        case .linkLoop: .ioError
        }
    }

    func put(at path: String) throws {
        let files = FileManager.default
        switch self {
        case .missing: break
        case .empty: try overwrite(path, with: [])
        case .torn: try overwrite(path, with: Array(document().dropLast(20)))
        case .notANumber: try overwrite(path, with: document(loss: "NaN"))
        case .tooLarge:
            try overwrite(path, with: document() + [UInt8](repeating: 0x20, count: 65_536))
        case .huge: try overwrite(path, with: [UInt8](repeating: 0x20, count: 10_000_000))
        case .directory:
            try files.createDirectory(atPath: path, withIntermediateDirectories: false)
        case .fifo: #expect(unsafe mkfifo(path, 0o600) == 0)
        case .socket: try bindSocket(at: path)
        case .linkLoop: try files.createSymbolicLink(atPath: path, withDestinationPath: path)
        case .danglingLink:
            try files.createSymbolicLink(atPath: path, withDestinationPath: "nowhere")
        case .device:
            try files.createSymbolicLink(atPath: path, withDestinationPath: "/dev/zero")
        }
    }

    private func bindSocket(at path: String) throws {
        let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        try #require(path.utf8.count < 108)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.copyBytes(from: path.utf8)
        }
        let result = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        #expect(result == 0)
    }
}
