"""What browsers fetch beside the screens: files, compressed and kept, and their first page."""
