"""A benchmark of methods under one protocol: plan, run, gather the answers, score them, show them."""
