import os

# Every way to start the site imports this package first. What any of them writes is for its owner alone.
os.umask(0o077)
