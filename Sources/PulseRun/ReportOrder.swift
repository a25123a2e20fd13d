/// Distinguishes reports that come late from those of a trainer that began again: pure.
///
/// Two nodes that write one log, or requests that overtake each other, give steps like 1030, 1020,
/// 1040, 1030. Taken as they come, the run would begin anew with each of them.
struct ReportOrder: Sendable {
    /// How far the run is by one report.
    fileprivate struct Place {
        enum Unit { case steps, part, epochs }

        var unit: Unit
        var done: Double
        /// The steps planned; another plan is another run.
        var total: Double?
        var elapsed: Double?
    }

    private var newest: Place?
    /// The report before this one, when it went back for no known reason.
    private var doubtful: Place?

    /// Whether a report is passed over, because a later one has been taken already.
    ///
    /// One that goes back is late when its process has run for nearly as long as the newest one's:
    /// a trainer that was started again counts its time from 0. Without a time, one that goes
    /// back far began again, and one that goes back a little is passed over until the next one goes
    /// on from there.
    mutating func isLate(_ report: ProgressReport) -> Bool {
        guard let place = Place(report) else { return false }
        let before = doubtful
        doubtful = nil
        guard let newest, newest.unit == place.unit, newest.total == place.total,
            place.done < newest.done
        else {
            // A report without a step has no place among those with one.
            if newest?.unit != .steps || place.unit == .steps || place.done == 0 { newest = place }
            return false
        }
        switch Self.verdict(on: place, after: newest) {
        case .late: return true
        case .restarted: break
        case .doubtful:
            guard let before, before.done < place.done else {
                doubtful = place
                return true
            }
        }
        self.newest = place
        return false
    }

    private enum Verdict {
        case late, restarted, doubtful
    }

    /// Why a report goes back.
    private static func verdict(on place: Place, after newest: Place) -> Verdict {
        if let elapsed = place.elapsed, let latest = newest.elapsed {
            if elapsed < latest * near { return .restarted }
            return elapsed <= latest ? .late : .doubtful
        }
        return place.done < newest.done * near ? .restarted : .doubtful
    }

    /// Of two nodes that write one log, the slower is seconds behind, and not half of the run.
    private static let near = 0.5
}

extension ReportOrder.Place {
    /// Nil for a report that names no place.
    init?(_ report: ProgressReport) {
        elapsed = report.elapsed
        if let step = report.step {
            (unit, done, total) = (.steps, step, report.totalSteps)
        } else if let fraction = report.fraction {
            (unit, done) = (.part, fraction)
        } else if let epoch = report.epoch {
            (unit, done) = (.epochs, epoch)
        } else {
            return nil
        }
    }
}
