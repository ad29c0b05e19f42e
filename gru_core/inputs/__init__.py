"""What a layer can be fed with: generated sequences, texts, tables of numbers."""
