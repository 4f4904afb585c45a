"""How fast the site is, as ratios to what everybody knows; `make bench` runs all of it."""
