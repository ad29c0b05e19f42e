"""Files of a cell of a scene as it ran, for other programs: its weights, its trace, a script.

`kinds` lists them by their endings. Every function is pure: from a CellRun to bytes or text.
"""
