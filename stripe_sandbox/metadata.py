"""Merge metadata the way Stripe does."""


def merged_metadata(kept: dict[str, str], sent: dict[str, str] | None) -> dict[str, str]:
    """Return the metadata after an update: an empty text removes its key, ``None`` all."""
    if sent is None:
        return {}
    return {key: text for key, text in (kept | sent).items() if text != ""}
