"""How things are said in sentences: numbers, shares, times and terms."""
