"""Scenarios: a TOML timeline of real days, or of stated shocks to spot and volatility."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum
from importlib import resources
from pathlib import Path

from hedger.errors import UsageError
from hedger.toml_table import TomlTable
from pricing.book import Stickiness
from pricing.time import next_trading_day

_REGIMES = ("calm", "stressed")
_LONGEST_REPLAY_DAYS = 366


class ScenarioKind(StrEnum):
    """Whether the days are real ones of the embedded history, or shocks that the file states."""

    HISTORY = "history"
    SHOCKS = "shocks"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartingMarket:
    """An underlying at the start of a scenario of shocks, stated where no embedded history reaches.

    spot: currency. atm_volatility, forecast_volatility: per sqrt(year), to every expiry. rate,
    dividend_yield: continuously compounded per year.
    """

    symbol: str
    spot: float
    atm_volatility: float
    forecast_volatility: float
    rate: float
    dividend_yield: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShockStep:
    """From one close to the next: simple return of spot, change of ATM volatility (0.05 is five points)."""

    day: date
    spot_return: float
    volatility_shift: float
    regime: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A timeline to replay a book over, from the close of `start` to the close of `end`.

    stickiness: how the surface follows spot in a scenario of shocks. starting: stated starting markets, none
    where the embedded market of `start` serves. stressed_days: closes at which the order book is in its
    stressed regime.
    """

    name: str
    title: str
    kind: ScenarioKind
    start: date
    end: date
    stickiness: Stickiness = Stickiness.STRIKE
    starting: tuple[StartingMarket, ...] = ()
    steps: tuple[ShockStep, ...] = ()
    stressed_days: frozenset[date] = field(default_factory=frozenset)
    sources: tuple[str, ...] = ()
    origin: str = ""

    def days(self) -> tuple[date, ...]:
        """Every close of the timeline, the start included."""
        if self.kind is ScenarioKind.SHOCKS:
            return (self.start, *(step.day for step in self.steps))
        days = [self.start]
        while (following := next_trading_day(days[-1])) <= self.end:
            days.append(following)
        return tuple(days)

    def regime_on(self, day: date, default: str) -> str:
        """The order book's regime at a day's close: 'stressed' where the file says so, else `default`."""
        return "stressed" if day in self.stressed_days else default


def scenario_names() -> tuple[str, ...]:
    """Names of the scenarios that are shipped."""
    return tuple(sorted(path.stem for path in shipped_folder().glob("*.toml")))


def load_scenario(name_or_path: str) -> Scenario:
    """Read a shipped scenario by name, or one of the user's by path. Raises UsageError and InputError."""
    if name_or_path in scenario_names():
        return read_scenario(shipped_folder() / f"{name_or_path}.toml")
    path = Path(name_or_path)
    if path.suffix == ".toml":
        return read_scenario(path)
    raise UsageError(
        f"There is no scenario '{name_or_path}': use one of {', '.join(scenario_names())}, "
        "or the path of a .toml file of your own."
    )


def read_scenario(path: Path) -> Scenario:
    """Read one scenario file. Raises InputError with every problem: file, key, value, what was expected."""
    file = TomlTable.read(path)
    timeline = file.table("timeline")
    kind = ScenarioKind(timeline.choice("kind", tuple(ScenarioKind)))
    head = Scenario(
        name=path.stem,
        title=file.text("title"),
        kind=kind,
        start=timeline.trading_day("start"),
        end=date.max,
        sources=file.texts("sources"),
        origin=path.name,
    )
    scenario = _real_days(head, timeline) if kind is ScenarioKind.HISTORY else _shocks(head, file, timeline)
    file.finish()
    return scenario


def _real_days(head: Scenario, timeline: TomlTable) -> Scenario:
    end = timeline.trading_day("end")
    if not 0 < (end - head.start).days <= _LONGEST_REPLAY_DAYS:
        timeline.note("end", f"a day after start ({head.start}), at most {_LONGEST_REPLAY_DAYS} days later")
    return replace(head, end=end, stressed_days=frozenset(timeline.trading_days("stressed_days")))


def _shocks(head: Scenario, file: TomlTable, timeline: TomlTable) -> Scenario:
    stickiness = Stickiness(timeline.choice("stickiness", tuple(Stickiness)))
    underlyings = file.table("underlying")
    starting = tuple(_starting_market(symbol, underlyings.table(symbol)) for symbol in underlyings.names())
    steps: list[ShockStep] = []
    for table in file.tables("step"):
        steps.append(_step(table, after=steps[-1].day if steps else head.start))
    if not steps:
        file.note("step", "at least one [[step]] with date, spot_return and volatility_shift")
        return head
    return replace(
        head,
        end=steps[-1].day,
        stickiness=stickiness,
        starting=starting,
        steps=tuple(steps),
        stressed_days=frozenset(step.day for step in steps if step.regime == "stressed"),
    )


def _step(table: TomlTable, *, after: date) -> ShockStep:
    day = table.trading_day("date") if table.has("date") or after == date.max else next_trading_day(after)
    if day <= after < date.max:
        table.note("date", f"a day after {after}")
    return ShockStep(
        day=day,
        spot_return=table.number("spot_return", above=-1.0, up_to=1.0),
        volatility_shift=table.number("volatility_shift", above=-3.0, up_to=3.0),
        regime=table.choice("regime", _REGIMES, "calm"),
        source=table.text("source", ""),
    )


def _starting_market(symbol: str, table: TomlTable) -> StartingMarket:
    return StartingMarket(
        symbol=symbol,
        spot=table.number("spot", above=0.0, up_to=1e9),
        atm_volatility=table.number("atm_volatility", above=0.0, up_to=3.0),
        forecast_volatility=table.number("forecast_volatility", above=0.0, up_to=3.0),
        rate=table.number("rate", above=-0.1, up_to=0.5),
        dividend_yield=table.number("dividend_yield", above=-0.1, up_to=0.5, default=0.0),
        source=table.text("source"),
    )


def shipped_folder() -> Path:
    """Folder of the scenarios and example portfolios: inside the installed wheel, else of the checkout."""
    # The wheel's first: next to an installed package may lie anybody's folder of the name `scenarios`.
    installed = Path(str(resources.files("hedger") / "scenario_files"))
    return installed if installed.is_dir() else Path(__file__).resolve().parents[1] / "scenarios"
