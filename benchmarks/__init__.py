"""Benchmarks: each prints ratios of the workbench to a named reference that runs beside it."""
