"""Static files with a hash in their names, so that browsers may keep them for good."""

from django.contrib.staticfiles.storage import HashedFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage

_EVERY_SCRIPT, _IMPORTS = HashedFilesMixin._js_module_import_aggregation_patterns  # type: ignore[attr-defined]


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Also rewrites the imports between our own JavaScript modules.

    Only ours: Django's switch for it covers every script, and packages ship some that import
    what they do not ship.
    """

    patterns = (*HashedFilesMixin.patterns, ("js/*.js", _IMPORTS))
