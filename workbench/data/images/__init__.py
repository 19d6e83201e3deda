"""Images: from the bytes of a file to the pixels of a format, and back."""
