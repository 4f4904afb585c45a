"""What `make run` prepares, and when it does so again."""

from __future__ import annotations

from pathlib import Path

from pytest_django import Settings

from creditsite.development.preparation import collect_static_files


def collected(root: Path) -> set[str]:
    return {path.relative_to(root).parts[0] for path in root.rglob("*.png")}


def test_static_files_are_gathered_again_when_they_are_served_elsewhere(
    settings: Settings, tmp_path: Path
) -> None:
    settings.STATIC_ROOT = tmp_path / "static"
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "one.png").write_bytes(b"x")
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]
    for prefix in ("before", "after"):
        settings.STATICFILES_DIRS = [(prefix, folder)]
        collect_static_files()
        assert prefix in collected(settings.STATIC_ROOT)
