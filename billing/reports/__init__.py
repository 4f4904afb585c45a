"""What pages and operators read of billing."""
