"""Static files with a hash in their names, so that browsers may keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):
    """Also rewrites the imports between our JavaScript modules."""

    support_js_module_import_aggregation = True
