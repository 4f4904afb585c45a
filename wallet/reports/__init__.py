"""What the wallet's pages show: read-only, as plain data."""
