"""dj-stripe's copies in the admin: to look at, never to edit, and only what works."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from djstripe import admin as djstripe_admin  # noqa: F401  (registers what is replaced here)
from djstripe import models

from creditsite.kernel.admin import ReadOnlyAdmin
from creditsite.kernel.search import exactly

# Not shown at all: secrets in clear text, and what only dj-stripe's own webhooks would fill.
HIDDEN = (
    models.APIKey,
    models.IdempotencyKey,
    models.WebhookEndpoint,
    models.WebhookEventTrigger,
)


class MirrorAdmin(ReadOnlyAdmin[Any]):
    """A copy as Stripe sent it. dj-stripe's own columns are mostly empty: the JSON is the copy."""

    list_display = ("id", "livemode", "created")
    list_filter = ("livemode",)
    found_by = exactly("id")
    search_help_text = "The object's id at Stripe"
    # Of their times there is no index.
    ordering = ("-pk",)
    fields = ("id", "livemode", "created", "djstripe_updated", "as_stripe_sent_it")
    readonly_fields: ClassVar = fields

    @admin.display(description="as Stripe sent it")
    def as_stripe_sent_it(self, copy: Any) -> SafeString:
        return format_html("<pre>{}</pre>", json.dumps(_content(copy), indent=2, sort_keys=True))


def keep_mirror_read_only() -> None:
    """Put a read-only page in the place of each of dj-stripe's, some of which fail on objects
    of this API version, and all of which would change what is Stripe's to change."""
    ours = admin.site
    for model in [model for model in ours._registry if model._meta.app_label == "djstripe"]:
        ours.unregister(model)
        if model not in HIDDEN:
            ours.register(model, MirrorAdmin)


def _content(copy: Any) -> Any:
    # An event keeps its content in a column of its own.
    return copy.data if isinstance(copy, models.Event) else copy.stripe_data
