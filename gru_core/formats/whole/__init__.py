"""A whole model as data: what stands before, between and after its recurrent layers."""
