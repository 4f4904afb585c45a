"""The wallet's part of the API."""
