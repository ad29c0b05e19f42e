"""HDF5 files, walked and read from their own bytes: the library alone can be made to crash."""
