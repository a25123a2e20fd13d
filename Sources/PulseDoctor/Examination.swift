/// `pulse doctor`: gathers the facts, and judges them.
package struct Examination: Sendable {
    /// All findings, in the order in which they are worth reading.
    package let findings: [Finding]

    /// Examines the setup; it takes as long as the observation.
    ///
    /// - Parameters:
    ///   - place: the file that the server is to read, or the directory of runs.
    ///   - host: the address that it is to listen on.
    ///   - port: the port that it is to listen on.
    ///   - basePath: the path below which it has all, between slashes.
    ///   - observation: how long to observe how the file is written.
    ///   - certificate: the PEM file with the certificate that it is to show.
    ///   - settings: what is wrong with settings by their words alone.
    ///   - archive: the one that the server is to keep.
    package init(
        _ place: ExaminedPlace, host: String, port: UInt16, basePath: String = "/",
        observation: Duration,
        certificate: String? = nil, settings: SettingFacts = SettingFacts(),
        archive: ArchiveFacts? = nil
    ) {
        self.init(
            FactGatherer(
                place, host: host, port: port, basePath: basePath,
                observation: observation,
                certificate: certificate, settings: settings, archive: archive
            ).facts())
    }

    init(_ facts: Facts) {
        findings =
            Self.source(facts) + PortCheck.findings(facts) + CertificateCheck.findings(facts)
            + ArchiveCheck.findings(facts) + SettingsCheck.findings(facts)
    }

    private static func source(_ facts: Facts) -> [Finding] {
        guard !facts.file.isHanging else { return [FileSystemCheck.hangs(facts)] }
        guard facts.runs == nil else {
            return DirectoryCheck.findings(facts) + MountCheck.findings(facts)
                + FileSystemCheck.findings(facts) + RunsCheck.findings(facts)
        }
        return DirectoryCheck.findings(facts) + MountCheck.findings(facts)
            + FileSystemCheck.findings(facts) + DocumentCheck.findings(facts)
            + TimeCheck.findings(facts) + WriterCheck.findings(facts)
    }

    /// How many of the findings are of a level.
    package func count(_ level: Finding.Level) -> Int {
        findings.count { $0.level == level }
    }
}

/// What the server is to serve.
package enum ExaminedPlace: Sendable {
    /// One status file, by its path.
    case statusFile(String)
    /// A directory of runs, by its path.
    case runsDirectory(String)
}
