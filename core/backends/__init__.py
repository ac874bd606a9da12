"""Django's two backends, which wait for a locked database no longer than the request may (`core.deadline`)."""
