"""Files of torch.save: examined without running anything, then read by PyTorch's safe loader."""
