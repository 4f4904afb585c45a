"""An operator at the admin's steps."""

from __future__ import annotations

from typing import Any

from django.test import Client
from django.urls import reverse


class Operator:
    """An operator at the admin: fills in a step's form, previews, confirms."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def form_id(self, path: str) -> str:
        form_id: str = self.client.get(path).context["form"]["form_id"].value()
        return form_id

    def preview(self, path: str, **asked: str) -> Any:
        """Fill in the form; return the preview, which must be there."""
        page = self.client.post(path, {"form_id": self.form_id(path), **asked})
        assert page.status_code == 200
        assert page.context["preview"], page.context["form"].errors
        return page.context["preview"]

    def do(self, path: str, **asked: str) -> Any:
        """Fill in the form and confirm."""
        return self.client.post(path, {"form_id": self.form_id(path), "confirmed": "yes", **asked})

    def errors(self, path: str, **asked: str) -> str:
        """Confirm; return what the form says is wrong."""
        page = self.do(path, **asked)
        assert page.status_code == 200
        assert page.context["form"].errors
        return str(page.context["form"].errors)


def step(row: Any, name: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_{name}", args=[row.pk])
