/// What can be known of a directory before it is served.
package enum PublicFiles {
    /// Why a directory can't be served; nil when it can.
    package static func obstacle(in directory: String) -> String? {
        do throws(StaticFiles.ReadError) {
            _ = try StaticFiles(directory: directory)
            return nil
        } catch {
            return error.description
        }
    }
}
