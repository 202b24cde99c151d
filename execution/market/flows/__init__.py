"""Background order flows: what the market does when nobody in particular acts."""
