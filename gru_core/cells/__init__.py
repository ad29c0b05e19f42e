"""One timestep of each cell, as the equations are written: read these first."""
