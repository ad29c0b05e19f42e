"""A site: several processes of the server, nginx before them, and who minds both."""
