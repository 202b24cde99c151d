"""One network trained for one position under geometric Brownian motion."""
