"""What whoever runs a server sees of it: figures, whether it is ready, its log, how it ends."""
