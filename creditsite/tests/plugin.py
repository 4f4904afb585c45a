"""The pytest plugin of the project: `pytest.ini` loads it for every run."""

from __future__ import annotations

import pytest

pytest_plugins = (
    "creditsite.tests.people",
    "creditsite.tests.sandbox_fixtures",
    "creditsite.tests.browser",
    "creditsite.tests.jobs",
    "creditsite.tests.workers",
)


def pytest_configure(config: pytest.Config) -> None:
    """Load what needs pytest-django: the database fixtures replace its `django_db_setup`."""
    config.pluginmanager.import_plugin("creditsite.tests.quick_settings")
    config.pluginmanager.import_plugin("creditsite.tests.database_fixtures")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the longest tests; pytest-django would put those without a database last."""
    items.sort(key=lambda item: item.get_closest_marker("long") is None)
