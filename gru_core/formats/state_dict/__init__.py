"""Tensors named as PyTorch names them: which layers they are; for PyTorch and safetensors files."""
