"""Tests of the whole project, and the fixtures all apps share."""
