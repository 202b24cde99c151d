"""American options: by their exercise boundary, and with discrete dividends by finite differences."""
