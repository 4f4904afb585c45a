"""The measurements, one a file, in the order of the table."""
