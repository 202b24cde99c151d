"""Working a multi-leg block: what is wanted, the market of its legs, the ways there and what they cost."""
