"""The command line: its commands, one module each, and the options they share."""
