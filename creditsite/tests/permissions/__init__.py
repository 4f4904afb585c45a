"""Who is let in where: every route of the site against every role, held to `matrix.txt`."""
