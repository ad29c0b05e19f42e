"""What may be changed in a run: numbers, held tracks and ablations, and their text in links."""
