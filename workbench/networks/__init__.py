"""Networks: recipes ``build(input_shape, outputs) -> keras.Model``, one a file."""

from workbench.networks.catalogue import NetworkCard, catalogue, get

__all__ = ["NetworkCard", "catalogue", "get"]
