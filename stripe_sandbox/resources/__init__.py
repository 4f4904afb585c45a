"""Stripe's resources, one file each."""

import importlib
import pkgutil


def register_all() -> None:
    """Import every resource, which registers its operations."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
