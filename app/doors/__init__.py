"""What comes from outside is counted and measured here, before anything is made of it."""
