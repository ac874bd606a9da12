"""An app with one kind of job, for `tests.faults.jobs` alone."""
