"""Deep hedging: networks that choose when to hedge and how much, their markets, training and weights."""
