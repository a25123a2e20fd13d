"""The benchmark of Pulse: what is measured, beside whom, and how it is shown."""
