"""Market scenarios: instruments, venues, participants and a timeline of regimes, read from a TOML file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import takewhile
from pathlib import Path

import numpy as np
import numpy.typing as npt

from execution.errors import RecordingProblem, ScenarioError
from execution.market.layout import HANDLE_MASK
from execution.market.participant_terms import ParticipantTerms, read_participant
from execution.market.pool_terms import DarkPoolTerms, read_pool
from execution.market.scenario_table import ScenarioTable
from execution.market.stated_order import StatedOrder, read_order

FloatArray = npt.NDArray[np.float64]
_SMALLEST_EIGENVALUE = -1e-10


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTerms:
    """Length [hours] and the depth of the U over it of activity, variance and spread, each in [0, 1)."""

    hours: float = 6.5
    activity_u: float = 0.0
    volatility_u: float = 0.0
    spread_u: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FairValueTable:
    """Fair value of a derived instrument [currency], shape (seconds, prices), on even grids of both axes.

    seconds: since the start. prices: of the driver [currency].
    """

    seconds: tuple[float, ...]
    prices: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentTerms:
    """What is traded. price, tick_size: currency; volatility: per sqrt(year) of 252 sessions.

    average_daily_volume: lots, what impact is measured in. impact: times the usual impact of trades.
    news_exposure: times a regime's drift and jumps. driver: symbol of the instrument that a derived one is
    valued on by `fair_value`; its own price and volatility follow from that.
    """

    symbol: str
    price: float
    tick_size: float
    volatility: float
    average_daily_volume: float
    news_exposure: float = 1.0
    impact: float = 1.0
    driver: str = ""
    fair_value: FairValueTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VenueTerms:
    """One book of one symbol; fees [currency per lot], negative is a rebate."""

    name: str
    symbol: str
    maker_fee: float = 0.0
    taker_fee: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RegimeTerms:
    """Multipliers on what the scenario states: activity of everybody, volatility of news, makers'
    spreads, sizes of orders on either side; drift [daily volatilities an hour], jump [daily volatilities] at
    its start.
    """

    name: str = "calm"
    activity: float = 1.0
    volatility: float = 1.0
    spread: float = 1.0
    bid_depth: float = 1.0
    ask_depth: float = 1.0
    drift: float = 0.0
    jump: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineStretch:
    """A regime that holds for some minutes; the last one holds on."""

    regime: RegimeTerms
    minutes: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketScenario:
    """A whole market: its parts are named, and each takes its random numbers by its name.

    order: the parent order that the scenario is about, where it is about one. pools: dark ones in which the
    first venue's instrument trades at that venue's mid; their counterparties are drawn, no participants.
    """

    name: str
    title: str
    session: SessionTerms
    instruments: tuple[InstrumentTerms, ...]
    venues: tuple[VenueTerms, ...]
    participants: tuple[ParticipantTerms, ...]
    timeline: tuple[TimelineStretch, ...]
    correlation: Mapping[tuple[str, str], float]
    sources: tuple[str, ...] = ()
    order: StatedOrder | None = None
    pools: tuple[DarkPoolTerms, ...] = ()

    @property
    def lit_venues(self) -> tuple[VenueTerms, ...]:
        """The first venue and those right after it that trade the same instrument."""
        symbol = self.venues[0].symbol
        return tuple(takewhile(lambda venue: venue.symbol == symbol, self.venues))

    def correlation_matrix(self) -> FloatArray:
        """Correlation of the instruments' news, shape (instrument, instrument)."""
        symbols = [instrument.symbol for instrument in self.instruments]
        matrix = np.eye(len(symbols))
        for (first, second), value in self.correlation.items():
            i, j = symbols.index(first), symbols.index(second)
            matrix[i, j] = matrix[j, i] = value
        return matrix


def market_names() -> tuple[str, ...]:
    """Names of the market scenarios that are shipped."""
    return tuple(sorted(path.stem for path in shipped_markets().glob("*.toml")))


def shipped_markets() -> Path:
    """Folder of the shipped market scenarios: inside the installed wheel, else of the checkout."""
    installed = Path(str(resources.files("execution") / "scenario_files"))
    return installed if installed.is_dir() else Path(__file__).resolve().parents[2] / "scenarios" / "markets"


def load_market(name_or_path: str) -> MarketScenario:
    """Read a shipped market scenario by name, or a file by its path. Raises ScenarioError."""
    if name_or_path in market_names():
        return read_market(shipped_markets() / f"{name_or_path}.toml")
    path = Path(name_or_path)
    if not path.exists() and not path.suffix:
        expected = f"a file or one of {', '.join(market_names())}"
        raise ScenarioError(RecordingProblem(file=name_or_path, expected=expected))
    return read_market(path)


def read_market(path: Path) -> MarketScenario:
    """Read one scenario file. Raises ScenarioError with every problem: file, key, value, expectation."""
    file = ScenarioTable.read(path)
    instruments = _instruments(file)
    symbols = [instrument.symbol for instrument in instruments]
    venues = tuple(_venue(table, symbols) for table in file.tables("venue"))
    _refuse_doubles(file, "venue", [venue.name for venue in venues])
    pools = _pools(file, instruments, venues)
    participants = tuple(
        read_participant(table, [venue.name for venue in venues]) for table in file.tables("participant")
    )
    _refuse_doubles(file, "participant", [terms.name for terms in participants])
    scenario = MarketScenario(
        name=path.stem,
        title=file.text("title"),
        session=_session(file.table("session")),
        instruments=instruments,
        venues=venues,
        participants=participants,
        timeline=_timeline(file),
        correlation=_correlation(file, instruments),
        sources=file.texts("sources"),
        order=read_order(file.table("order")) if file.has("order") else None,
        pools=pools,
    )
    if sum(terms.count * terms.orders for terms in participants) >= HANDLE_MASK:
        file.noted("participant", f"fewer than {HANDLE_MASK} orders of all participants at once", None)
    for key, found in (("instrument", instruments), ("venue", venues), ("participant", participants)):
        if not found:
            file.noted(key, f"at least one [[{key}]]", None)
    file.finish()
    return scenario


def _instruments(file: ScenarioTable) -> tuple[InstrumentTerms, ...]:
    found: list[InstrumentTerms] = []
    for table in file.tables("instrument"):
        found.append(_instrument(table, [one.symbol for one in found if not one.driver]))
    _refuse_doubles(file, "instrument", [instrument.symbol for instrument in found])
    return tuple(found)


def _instrument(table: ScenarioTable, drivers: list[str]) -> InstrumentTerms:
    derived = table.has("driver")
    return InstrumentTerms(
        symbol=table.text("symbol"),
        price=0.0 if derived else table.number("price", least=1e-6, most=1e9),
        tick_size=table.number("tick_size", least=1e-9, most=1e6),
        volatility=0.0 if derived else table.number("volatility", least=0.0, most=10.0),
        average_daily_volume=table.number("average_daily_volume", least=1.0, most=1e12),
        news_exposure=table.number("news_exposure", least=-100.0, most=100.0, default=1.0),
        impact=table.number("impact", least=0.0, most=100.0, default=1.0),
        driver=table.choice("driver", drivers) if derived else "",
        fair_value=_fair_value(table.table("fair_value")) if derived else None,
    )


def _fair_value(table: ScenarioTable) -> FairValueTable:
    fair = FairValueTable(
        seconds=table.numbers("seconds"),
        prices=table.numbers("prices"),
        values=table.rows_of_numbers("values"),
    )
    for key in ("seconds", "prices"):
        steps = np.diff(getattr(fair, key))
        if not len(steps) or steps[0] <= 0.0 or np.abs(steps - steps[0]).max() > 1e-6 * steps[0]:
            table.noted(key, "at least two rising numbers at even steps", None)
    if len(fair.values) != len(fair.seconds) or any(len(row) != len(fair.prices) for row in fair.values):
        expected = f"{len(fair.seconds)} rows (seconds) of {len(fair.prices)} numbers (prices)"
        table.noted("values", expected, None)
    return fair


def _venue(table: ScenarioTable, symbols: list[str]) -> VenueTerms:
    return VenueTerms(
        name=table.text("name"),
        symbol=table.choice("symbol", symbols),
        maker_fee=table.number("maker_fee", least=-1e6, most=1e6, default=0.0),
        taker_fee=table.number("taker_fee", least=-1e6, most=1e6, default=0.0),
    )


def _pools(
    file: ScenarioTable, instruments: tuple[InstrumentTerms, ...], venues: tuple[VenueTerms, ...]
) -> tuple[DarkPoolTerms, ...]:
    ticks = {instrument.symbol: instrument.tick_size for instrument in instruments}
    tick_size = ticks.get(venues[0].symbol, 1.0) if venues else 1.0
    pools = tuple(read_pool(table, tick_size) for table in file.tables("pool"))
    lit = [venue.name for venue in venues]
    _refuse_doubles(file, "pool", [*dict.fromkeys(lit), *(pool.name for pool in pools)])
    return pools


def _session(table: ScenarioTable) -> SessionTerms:
    return SessionTerms(
        hours=table.number("hours", least=0.01, most=24.0, default=6.5),
        activity_u=table.number("activity_u", least=0.0, most=0.99, default=0.0),
        volatility_u=table.number("volatility_u", least=0.0, most=0.99, default=0.0),
        spread_u=table.number("spread_u", least=0.0, most=0.99, default=0.0),
    )


def _timeline(file: ScenarioTable) -> tuple[TimelineStretch, ...]:
    regimes = {name: _regime(name, table) for name, table in file.named_tables("regime").items()}
    stretches = tuple(
        TimelineStretch(
            regime=regimes.get(table.choice("regime", list(regimes)), RegimeTerms()),
            minutes=table.number("minutes", least=1e-3, most=1e5),
        )
        for table in file.tables("timeline")
    )
    if not stretches:
        file.noted("timeline", "at least one [[timeline]] with regime and minutes", None)
    return stretches


def _regime(name: str, table: ScenarioTable) -> RegimeTerms:
    return RegimeTerms(
        name=name,
        activity=table.number("activity", least=0.01, most=100.0, default=1.0),
        volatility=table.number("volatility", least=0.0, most=100.0, default=1.0),
        spread=table.number("spread", least=0.01, most=100.0, default=1.0),
        bid_depth=table.number("bid_depth", least=0.01, most=100.0, default=1.0),
        ask_depth=table.number("ask_depth", least=0.01, most=100.0, default=1.0),
        drift=table.number("drift", least=-100.0, most=100.0, default=0.0),
        jump=table.number("jump", least=-100.0, most=100.0, default=0.0),
    )


def _correlation(
    file: ScenarioTable, instruments: tuple[InstrumentTerms, ...]
) -> dict[tuple[str, str], float]:
    primary = [instrument.symbol for instrument in instruments if not instrument.driver]
    matrix, found = np.eye(len(primary)), {}
    for table in file.tables("correlation"):
        first, second = table.choice("first", primary), table.choice("second", primary)
        value = table.number("value", least=-1.0, most=1.0)
        if first == second or (first, second) in found or (second, first) in found:
            table.noted("second", "a pair of two symbols that is stated once", None)
        elif first and second:
            found[first, second] = value
            i, j = primary.index(first), primary.index(second)
            matrix[i, j] = matrix[j, i] = value
    if len(primary) and np.linalg.eigvalsh(matrix)[0] < _SMALLEST_EIGENVALUE:
        file.noted("correlation", "a positive semidefinite correlation matrix", None)
    return found


def _refuse_doubles(file: ScenarioTable, key: str, names: list[str]) -> None:
    double = sorted({name for name in names if name and names.count(name) > 1})
    if double:
        file.noted(key, f"every name once, but {', '.join(double)} stands there twice", None)
