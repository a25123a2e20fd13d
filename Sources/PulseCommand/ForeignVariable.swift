import PulseNATS

/// A variable of another program that has the name of one of our settings.
struct ForeignVariable: Equatable, CustomStringConvertible {
    /// `PULSE_PORT=tcp://10.0.0.7:80`.
    let assignment: String
    /// Whose it is.
    let owner: String
    /// What to do where a setting was meant.
    let fix: String

    /// nil when the variable is a setting.
    init?(_ variable: String, _ value: String) {
        switch variable {
        // Docker's links and Kubernetes' service links, for a service that is named pulse.
        case "PULSE_PORT" where Self.begins(value, with: ["tcp://", "udp://", "sctp://"]):
            owner = "Kubernetes sets it for a service named pulse"
            fix = "give --port, or say enableServiceLinks: false in the pod's specification"
        // Of Docker's links: the two containers. No run's name begins so.
        case "PULSE_NAME" where value.hasPrefix("/"):
            owner = "Docker sets it for a container that is linked as pulse"
            fix = "give --name, or link it under another alias"
        // The microphone that PulseAudio's clients record from.
        case "PULSE_SOURCE" where !Self.begins(value, with: ["nats://", "tls://"]):
            owner = "it is PulseAudio's"
            fix = "a key of NATS begins with nats:// or tls://"
        default: return nil
        }
        assignment = "\(variable)=\(NATSAddress.withoutPassword(value))"
    }

    var description: String {
        "\(assignment) in the environment is ignored: \(owner). For a setting, \(fix)"
    }

    private static func begins(_ value: String, with schemes: [String]) -> Bool {
        let value = value.lowercased()
        return schemes.contains { value.hasPrefix($0) }
    }
}
