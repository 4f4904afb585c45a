"""What pages and exports of disputes show: read-only, plain data."""
