"""One file for each schema that a release had, never changed again."""
