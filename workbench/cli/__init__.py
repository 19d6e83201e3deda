"""The terminal: ``workbench`` and its commands."""
