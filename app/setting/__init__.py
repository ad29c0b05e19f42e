"""What is asked for, as frozen values and as a link; it stands on gru_core alone."""
