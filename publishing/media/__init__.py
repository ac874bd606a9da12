"""The media library: what staff upload is judged, cleaned and stored, and pictures are made ready for every screen.

`library.add_image` and `library.add_file` are the way in for code; the admin's forms go through the same checks.
"""
