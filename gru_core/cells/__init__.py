"""One timestep of each cell, as the equations are written: read these first.

Here they stand once. NumPy and torch run the same functions: weights bring the functions that gates
and states end in, and a step takes of its arrays no more than arithmetic, products, whole numbers
and slices as indices. The exported scripts are written from their source.
"""
