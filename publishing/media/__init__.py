"""The media library: what staff upload is judged, cleaned and stored, and pictures are made ready for every screen.

`add_image` and `add_file` are the way in for code; the admin's forms go through the same checks.
"""

from publishing.media.library import add_file, add_image, refocus

__all__ = ["add_file", "add_image", "refocus"]
