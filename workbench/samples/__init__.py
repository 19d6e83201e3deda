"""Sample data that comes with the package."""

from workbench.samples.mnist import mnist, write_mnist

__all__ = ["mnist", "write_mnist"]
