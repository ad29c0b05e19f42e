"""The quiz: questions read from assets/quiz, drawn from a seed, and written for courses."""
