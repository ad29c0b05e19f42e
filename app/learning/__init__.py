"""What is taught beside the stage: pure values, read from assets/ and checked."""
