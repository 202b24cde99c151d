"""How simulated dealers answer, compiled: one law for the venue and for millions of requests.

Units are the panel's: half-spreads and typical sizes. Every dealer draws its numbers for every request, asked
or not, so that another choice of dealers leaves the others' quotes as they are: comparisons are paired.
"""

from __future__ import annotations

import math

from execution.book.compiled import compiled
from execution.random_stream import Stream, normal, uniform
from execution.rfq.panel import COLUMN, FloatArray

RESPONSE, RESPONSE_DEALERS = COLUMN["response"], COLUMN["response_dealers"]
RESPONSE_SIZE, RESPONSE_VOLATILITY = COLUMN["response_size"], COLUMN["response_volatility"]
MARKUP, MARKUP_SIZE, MARKUP_VOLATILITY = COLUMN["markup"], COLUMN["markup_size"], COLUMN["markup_volatility"]
MARKUP_SHARED, SKEW, NOISE = COLUMN["markup_shared"], COLUMN["skew"], COLUMN["noise"]
INVENTORY_FADE, INVENTORY_DEVIATION = COLUMN["inventory_fade"], COLUMN["inventory_deviation"]
LAST_LOOK = COLUMN["last_look"]
NOBODY = -1
NO_TRADE, TRADED, REJECTED = 0, 1, 2


@compiled
def age_inventories(panel: FloatArray, inventory: FloatArray, seconds: float, stream: Stream) -> None:
    """Inventories after so many seconds of the dealers' other business, in place."""
    for dealer in range(len(panel)):
        kept = math.exp(-panel[dealer, INVENTORY_FADE] * seconds)
        shaken = panel[dealer, INVENTORY_DEVIATION] * math.sqrt(1.0 - kept * kept)
        inventory[dealer] = kept * inventory[dealer] + shaken * normal(stream)


@compiled
def answer(
    panel: FloatArray,
    inventory: FloatArray,
    asked: FloatArray,
    side: float,
    size: float,
    volatility: float,
    stream: Stream,
    markup: FloatArray,
) -> None:
    """Write the markup of each dealer's quote [half-spreads], NaN of one that is not asked or silent.

    asked: above 0 for who is asked. size, volatility: positive, in typical ones.
    """
    count = 0
    for dealer in range(len(panel)):
        if asked[dealer] > 0.0:
            count += 1
    log_size, log_volatility = math.log(size), math.log(volatility)
    for dealer in range(len(panel)):
        odds_drawn, z = uniform(stream), normal(stream)
        markup[dealer] = math.nan
        if asked[dealer] > 0.0:
            own = panel[dealer]
            odds = (
                own[RESPONSE]
                - own[RESPONSE_DEALERS] * math.log(count)
                - own[RESPONSE_SIZE] * log_size
                - own[RESPONSE_VOLATILITY] * log_volatility
            )
            if odds_drawn < 1.0 / (1.0 + math.exp(-odds)):
                markup[dealer] = (
                    own[MARKUP]
                    + own[MARKUP_SIZE] * log_size
                    + own[MARKUP_VOLATILITY] * log_volatility
                    + own[MARKUP_SHARED] / count
                    - own[SKEW] * side * inventory[dealer]
                    + own[NOISE] * z
                )


@compiled
def best_dealer(markup: FloatArray) -> int:
    """Who quotes least, NOBODY without a quote; of equal quotes the earlier dealer."""
    best = NOBODY
    for dealer in range(len(markup)):
        if not math.isnan(markup[dealer]) and (best == NOBODY or markup[dealer] < markup[best]):
            best = dealer
    return best


@compiled
def run_requests(
    panel: FloatArray,
    request: FloatArray,
    asked: FloatArray,
    waiting: FloatArray,
    inventory: FloatArray,
    stream: Stream,
    markup: FloatArray,
    seen: FloatArray,
    result: FloatArray,
) -> None:
    """Requests one after the other, the best quote taken where it is within the reservation markup.

    request: (request, 5), seconds since the one before, side, size, volatility, reservation markup. asked:
    (request, dealer). waiting: (3,), seconds for quotes and of the last look, and the typical deviation of
    the mid over a second [half-spreads]. Written: markup and seen (request, dealer), quotes and inventories
    before them; result (request, 3): winner, end, and the news against the asker while quotes are awaited.
    """
    for row in range(len(request)):
        seconds, side, size, volatility, reservation = request[row]
        age_inventories(panel, inventory, seconds, stream)
        for dealer in range(len(panel)):
            seen[row, dealer] = inventory[dealer]
        news = waiting[2] * volatility * math.sqrt(waiting[0]) * normal(stream)
        look = side * waiting[2] * volatility * math.sqrt(waiting[1]) * normal(stream)
        answer(panel, inventory, asked[row], side, size, volatility, stream, markup[row])
        winner, end = best_dealer(markup[row]), NO_TRADE
        if winner != NOBODY and markup[row, winner] <= reservation:
            end = REJECTED if look > panel[winner, LAST_LOOK] else TRADED
        if end == TRADED:
            inventory[winner] -= side * size
        result[row, 0], result[row, 1], result[row, 2] = winner, end, side * news
