internal import Pulse

/// How an examination is printed: for a person, or for a script.
package enum Report {
    /// A line for each finding, and one below it for its fix.
    package static func text(_ examination: Examination) -> [String] {
        let lines = examination.findings.flatMap { finding in
            ["\(label(finding.level))\(PrintableText.escaping(finding.text))"]
                + (finding.fix.map { ["\(indent)Fix: \(PrintableText.escaping($0))"] } ?? [])
        }
        return lines + ["", summary(examination)]
    }

    /// One document: `problems`, and `findings` with `check`, `level`, `text`, `fix`.
    ///
    /// `mend` has the value of `fix`, for scripts that know this name: the next release leaves it out.
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
            json.literal(", \"fix\": ")
            write(finding.fix, to: &json)
            json.literal(", \"mend\": ")
            write(finding.fix, to: &json)
            json.literal("}")
        }
        json.literal("]}")
        return json.bytes
    }

    private static func write(_ text: String?, to json: inout JSONWriter) {
        if let text { json.string(text) } else { json.null() }
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
