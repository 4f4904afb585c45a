"""What we measure ourselves against: the plain ways, written as well as one can."""
