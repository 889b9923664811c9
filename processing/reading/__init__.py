"""A file or an array becomes `Motion`: one module a format, and one for what they share."""
