"""Order placement: how much of a child order crosses at once and how much rests, and at which venue."""
