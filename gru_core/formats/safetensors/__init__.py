"""Files of safetensors, read and written under PyTorch's names."""
