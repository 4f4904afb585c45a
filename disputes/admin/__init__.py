"""Disputes in the operators' admin."""

from disputes.admin.dispute import DisputeAdmin

__all__ = ["DisputeAdmin"]
