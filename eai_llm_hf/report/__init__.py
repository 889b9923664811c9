"""A record as something to look at: pages and pictures."""
