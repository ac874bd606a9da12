from publishing.admin import media  # noqa: F401
