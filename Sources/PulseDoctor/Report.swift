internal import Pulse

/// How an examination is told: to a person, or to a script.
package enum Report {
    /// A line for each finding, and one below it for its mend.
    package static func text(_ examination: Examination) -> [String] {
        let lines = examination.findings.flatMap { finding in
            ["\(label(finding.level))\(PrintableText.escaping(finding.text))"]
                + (finding.mend.map { ["\(indent)Mend: \(PrintableText.escaping($0))"] } ?? [])
        }
        return lines + ["", summary(examination)]
    }

    /// One document: `problems`, and `findings` with `check`, `level`, `text`, `mend`.
    package static func json(_ examination: Examination) -> [UInt8] {
        var json = JSONWriter()
        json.literal("{\"problems\": ")
        json.integer(Int64(examination.count(.problem)))
        json.literal(", \"findings\": [")
        for (index, finding) in examination.findings.enumerated() {
            json.literal(index == 0 ? "{\"check\": " : ", {\"check\": ")
            json.string(finding.check)
            json.literal(", \"level\": ")
            json.string(finding.level.rawValue)
            json.literal(", \"text\": ")
            json.string(finding.text)
            json.literal(", \"mend\": ")
            if let mend = finding.mend { json.string(mend) } else { json.null() }
            json.literal("}")
        }
        json.literal("]}")
        return json.bytes
    }

    private static let indent = "         "

    private static func label(_ level: Finding.Level) -> String {
        switch level {
        case .ok: "ok       "
        case .note: "note     "
        case .problem: "PROBLEM  "
        }
    }

    private static func summary(_ examination: Examination) -> String {
        switch examination.count(.problem) {
        case 0: "No problem found."
        case 1: "1 problem found."
        case let count: "\(count) problems found."
        }
    }
}
