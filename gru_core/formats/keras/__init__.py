"""Files of Keras: archives, HDF5 with and without a config, and weights alone."""
