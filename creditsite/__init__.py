"""Creditsite: prepaid credits for an automation platform."""
