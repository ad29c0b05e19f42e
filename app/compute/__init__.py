"""What is computed for pages, kept for a while: one store, one budget, one gate for large work."""
