/// The version of Pulse, as in the changelog.
public enum PulseVersion {
    /// As it is printed by `--version` and in the metrics.
    public static let current = "0.3.0"
}
