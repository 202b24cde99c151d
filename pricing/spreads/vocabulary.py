"""The structures that have a name, one a line of a table.

Columns: legs by rank of strike and expiry | rarity | names | names of the other side, where it is not just
'short' and the name. '+p1 -p2 -c3 +c4' buys a put at the lowest strike, sells one at the second, sells a call
at the third and buys one at the fourth; 2 before the letter is a ratio, a and b after the rank are the nearer
and the later expiry, u is a lot of the underlying; '=' asks for wings equally wide, '#' for uneven ones. The
first name is shown, the others are understood: the field (CME's list of option spreads, the Options Industry
Council's guide, McMillan's 'Options as a Strategic Investment') has several for most.
"""

from __future__ import annotations

from dataclasses import dataclass

from pricing.spreads.pattern import Pattern, Wings


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A kind of structure and what it is called. rarity: 0 known to all, 1 to option traders, 2 rare.

    names, short_names: of the two sides of the trade, the one that is shown first.
    """

    names: tuple[str, ...]
    short_names: tuple[str, ...]
    pattern: Pattern
    family: str
    rarity: int

    @property
    def name(self) -> str:
        """The name that is shown."""
        return self.names[0]


_TABLE = """
[single]
+c1 | 0 | call, long call | short call, naked call
+p1 | 0 | put, long put | short put, naked put, cash-secured put
+u | 0 | underlying, stock, long stock | short underlying, short stock
[vertical]
+c1 -c2 | 0 | bull call spread, call debit spread | bear call spread, call credit spread
+p1 -p2 | 0 | bull put spread, put credit spread | bear put spread, put debit spread
+c1 +c2 | 2 | call double
+p1 +p2 | 2 | put double
[volatility]
+c1 +p1 | 0 | straddle, long straddle
+p1 +c2 | 0 | strangle, long strangle
+c1 +p2 | 1 | guts, gut strangle
+c1 +2p1 | 1 | strip
+2c1 +p1 | 1 | strap
+2p1 +c2 | 2 | strip strangle
+p1 +2c2 | 2 | strap strangle
+c1 +p1 -c2 | 2 | straddle against a call | big lizard
-p1 +p2 +c2 | 2 | straddle against a put | reverse big lizard
[butterfly]
+c1 -2c2 +c3 = | 0 | call butterfly, butterfly, long butterfly
+p1 -2p2 +p3 = | 0 | put butterfly
+c1 -2c2 +c3 # | 1 | broken-wing call butterfly
+p1 -2p2 +p3 # | 1 | broken-wing put butterfly
+p1 -p2 -c2 +c3 = | 0 | iron butterfly, short iron butterfly | reverse iron butterfly, long iron butterfly
+p1 -p2 -c2 +c3 # | 1 | broken-wing iron butterfly | reverse broken-wing iron butterfly
+c1 -3c2 +2c3 | 2 | 1-3-2 call butterfly, christmas tree butterfly
+2p1 -3p2 +p3 | 2 | 1-3-2 put butterfly
[condor]
+c1 -c2 -c3 +c4 = | 0 | call condor, condor
+p1 -p2 -p3 +p4 = | 0 | put condor
+c1 -c2 -c3 +c4 # | 1 | broken-wing call condor
+p1 -p2 -p3 +p4 # | 1 | broken-wing put condor
+p1 -p2 -c3 +c4 = | 0 | iron condor, short iron condor | reverse iron condor, long iron condor
+p1 -p2 -c3 +c4 # | 1 | broken-wing iron condor | reverse broken-wing iron condor
[ratio]
+c1 -2c2 | 0 | call ratio spread 1:2, call ratio spread | call backspread 2:1, call backspread
-2p1 +p2 | 0 | put ratio spread 1:2, put ratio spread | put backspread 2:1, put backspread
+c1 -3c2 | 1 | call ratio spread 1:3 | call backspread 3:1
-3p1 +p2 | 1 | put ratio spread 1:3 | put backspread 3:1
+2c1 -3c2 | 1 | call ratio spread 2:3 | call backspread 3:2
-3p1 +2p2 | 1 | put ratio spread 2:3 | put backspread 3:2
+c1 -c2 -c3 | 1 | call ladder, bull call ladder, call christmas tree | short call ladder, bear call ladder
-p1 -p2 +p3 | 1 | put ladder, bear put ladder, put christmas tree | short put ladder, bull put ladder
+2c1 -c2 | 2 | call zebra, zero extrinsic back ratio
-p1 +2p2 | 2 | put zebra
[synthetic]
+c1 -p1 | 0 | synthetic forward, synthetic stock | short synthetic forward, synthetic short stock
-p1 +c2 | 0 | risk reversal, combo, range forward | short risk reversal, bearish risk reversal
-p1 +c2 -c3 | 1 | seagull, bullish seagull, call spread against a put
-p1 +p2 -c3 | 1 | put seagull, bearish seagull, put spread against a call
-p1 -c2 +c3 | 1 | jade lizard
+p1 -p2 -c3 | 2 | twisted sister, reverse jade lizard
+2c1 -p1 | 2 | participating forward
+c1 -2p1 | 2 | leveraged forward, ratio forward
+c1 -p1 -c2 +p2 | 0 | box, box spread, long box
[covered]
+u -c1 | 0 | covered call, buy-write | protective call, synthetic put
+u +p1 | 0 | protective put, married put, synthetic call | covered put
+u +p1 -c2 | 0 | collar, fence | short collar, reverse collar
+u +p1 -c1 | 0 | conversion | reversal, reverse conversion
+u -p1 -c1 | 1 | covered straddle
+u -p1 -c2 | 1 | covered strangle, covered combination
+u -2c1 | 1 | ratio call write | synthetic straddle with calls
+u +2p1 | 1 | synthetic straddle with puts | ratio put write
+u -c1 -c2 | 2 | variable ratio write, trapezoidal hedge
+u -c1 +c2 | 1 | covered call spread
+u -p1 +p2 | 1 | protective put spread
+u -p1 +p2 -c3 | 1 | put-spread collar
+u +p1 -c2 +c3 | 1 | call-spread collar
+u +c1 -2c2 | 2 | stock repair
[calendar]
-c1a +c1b | 0 | call calendar, calendar, time spread, horizontal spread
-p1a +p1b | 0 | put calendar
+c1b -c2a | 0 | bull call diagonal, call diagonal, diagonal, poor man's covered call
-c1a +c2b | 1 | bear call diagonal
-p1a +p2b | 0 | bear put diagonal, put diagonal, poor man's covered put
+p1b -p2a | 1 | bull put diagonal
-c1a -p1a +c1b +p1b | 1 | straddle calendar, horizontal straddle, straddle swap
-p1a -c2a +p1b +c2b | 1 | double calendar, strangle calendar, strangle swap
+p1b -p2a -c3a +c4b | 1 | double diagonal
-c1a +2c1b | 2 | call ratio calendar 1:2
-p1a +2p1b | 2 | put ratio calendar 1:2
-c1a +p1a +c1b -p1b | 0 | jelly roll
"""
_WINGS = {"=": Wings.EVEN, "#": Wings.UNEVEN}


def _entries(table: str) -> tuple[Entry, ...]:
    found, family = [], ""
    for line in table.strip().splitlines():
        if line.startswith("["):
            family = line.strip("[]")
            continue
        legs, rarity, names, *others = (cell.strip() for cell in line.split("|"))
        wings = _WINGS.get(legs[-1], Wings.ANY)
        every = _listed(names)
        found.append(
            Entry(
                names=every,
                short_names=_listed(*others) or (f"short {every[0]}",),
                pattern=Pattern.of(legs.rstrip(" =#"), wings),
                family=family,
                rarity=int(rarity),
            )
        )
    return tuple(found)


def _listed(*cells: str) -> tuple[str, ...]:
    return tuple(name.strip() for cell in cells for name in cell.split(","))


VOCABULARY: tuple[Entry, ...] = _entries(_TABLE)
