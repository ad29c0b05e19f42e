"""From a screen to bytes: what the stage is told, and what it may ask for by itself."""
