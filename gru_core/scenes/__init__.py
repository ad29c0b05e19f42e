"""Scenes: prepared ones in files, the visitor's own, loaded models, and the stories they tell."""
