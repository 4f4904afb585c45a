"""The disputes' pages."""
