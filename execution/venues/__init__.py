"""Places to trade beside one lit book: dark pools and their routers, and dealers asked for quotes."""
