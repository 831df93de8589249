"""The command line: thin shells over use cases.

Every command is a module of this folder, imported when it is called, so that
`--help` stays quick. The table below is the whole command line.
"""

from monitor.cli.root import main

__all__ = ["main"]
