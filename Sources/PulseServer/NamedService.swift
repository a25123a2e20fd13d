internal import ServiceLifecycle

/// A service that is called as its type is.
///
/// `ServiceGroup` names its services by `String(describing:)`, at each start: without a description
/// all that a structure holds would be printed, the state of every run among it.
protocol NamedService: Service, CustomStringConvertible {}

extension NamedService {
    var description: String { "\(Self.self)" }
}
