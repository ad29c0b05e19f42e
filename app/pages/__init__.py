"""One file a page; a page reads state, gets traces and draws."""
