"""The public calls, which notebooks, screens and the command line share."""
