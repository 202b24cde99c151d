"""Names of Greeks as tables write them, beside ours."""

from __future__ import annotations

import re

DAYS_PER_YEAR = 365.0
_SYNONYMS = {
    "price": "value",
    "npv": "value",
    "color": "colour",
    "vomma": "volga",
    "divrho": "dividend_rho",
    "strike_sensitivity": "dual_delta",
    "lambda": "elasticity",
}


def plain_name(text: str) -> tuple[str, bool]:
    """Our name of a Greek, and whether it is asked per day and not per year.

    'thetaPerDay' is as 'theta_per_day', and 'color_per_year' as 'colour'.
    """
    snake = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", text.strip()).lower()
    name = re.sub(r"_per_(year|day)$", "", snake)
    return _SYNONYMS.get(name, name), snake.endswith("_per_day")
