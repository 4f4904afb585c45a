"""Pages where customers buy credits."""
