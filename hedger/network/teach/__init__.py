"""How the universal network is taught: labels of the exact optimum, training, a gate before release."""
