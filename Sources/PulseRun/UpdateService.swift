/// The endpoint for callbacks, and the token that goes with it.
struct UpdateService: Sendable {
    private let endpoint: UpdateEndpoint
    private let token: PrivateToken

    private static let address = "KUBEFLOW_TRAINER_SERVER_URL"

    /// nil when there is none to be had, or the command reports to somebody else already.
    init?(onReport: @escaping @Sendable (ProgressReport) -> Void) {
        let environment = Environment.own
        guard environment[Self.address] == nil,
            let token = PrivateToken(in: environment["TMPDIR"] ?? "/tmp")
        else { return nil }
        guard let endpoint = UpdateEndpoint(token: token.text, onReport: onReport) else {
            token.remove()
            return nil
        }
        self.token = token
        self.endpoint = endpoint
    }

    /// Tells a command where to report.
    func announce(in environment: inout Environment) {
        environment[Self.address] = "http://127.0.0.1:\(endpoint.port)/"
        environment["KUBEFLOW_TRAINER_SERVER_TOKEN"] = token.path
        environment.bypassProxyOnLoopback()
    }

    func stop() {
        endpoint.stop()
        token.remove()
    }
}
