"""The command line: a module for each group of commands, each of which adds its commands to the parser and does them.

Results go to stdout, everything else to stderr.
"""
