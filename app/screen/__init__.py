"""One screen: from a setting to everything on it that has a number."""
