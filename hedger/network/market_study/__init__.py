"""Books hedged along simulated markets: what the market correction learns from and is judged by."""
