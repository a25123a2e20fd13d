import Logging
import PulseServer

/// A server beside a command: when its port is taken, by another run for example, it takes the next one.
enum FreePort {
    /// So many ports are tried.
    private static let limit: UInt16 = 100

    /// - Throws: what the last port's server said, or anything else that keeps one from starting.
    static func server(_ configuration: StatusServerConfiguration, logger: Logger) throws
        -> StatusServer
    {
        var configuration = configuration
        let asked = configuration.port
        let last = asked > .max - limit ? .max : asked + limit
        while true {
            do throws(ServerError) {
                return try StatusServer(configuration: configuration, logger: logger)
            } catch {
                guard case .portTaken(let text) = error, asked > 0, configuration.port < last else {
                    throw error
                }
                if configuration.port == asked {
                    CommandOutput.note("\(text)\(PortOwner.phrase(ofPort: asked))")
                }
                configuration.port += 1
            }
        }
    }
}
