"""The parts of fault runs that ask the site within their own process: import them once Django is set up."""
