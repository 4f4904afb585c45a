"""`manage.py load_demo_data`: fill an installation with something to look at."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from wallet.demo import load_demo


class Command(BaseCommand):
    """Make people, keys, services and a little history; again changes nothing."""

    help = "Load demo data through the real actions. Not for a site that takes real money."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--output", type=Path, help="also write log-ins and keys to this file")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.STRIPE_LIVE_MODE:
            raise CommandError("The demo is not for a site that takes real money.")
        demo = load_demo()
        shown = {
            "site": settings.SITE_URL,
            "sandbox": settings.STRIPE_API_BASE,
            "customer": {
                "email": demo.customer_email,
                "password": demo.customer_password,
                "wallet": demo.wallet_id,
                "api_key": demo.customer_api_key,
            },
            "operator": {"email": demo.operator_email, "password": demo.operator_password},
            "platform_api_key": demo.platform_api_key,
        }
        if options["output"]:
            draft: Path = options["output"].with_suffix(".draft")
            draft.touch(mode=0o600)
            draft.write_text(json.dumps(shown, indent=2) + "\n")
            draft.replace(options["output"])
        self.stdout.write(self.style.SUCCESS("The demo is loaded."))
