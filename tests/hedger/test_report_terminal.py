from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from hedger.report.terminal import render
from hedger.result import HedgeRun
from tests.hedger.runs import small_run


def rendered(run: HedgeRun, width: int = 80) -> str:
    console = Console(file=io.StringIO(), width=width)
    render(run, console, next_step="the last line")
    return console.file.getvalue()  # type: ignore[attr-defined]


@pytest.mark.parametrize("width", [80, 100])
def test_every_line_fits_the_terminal(width: int) -> None:
    assert max(len(line) for line in rendered(small_run(), width).splitlines()) <= width


def test_piped_output_has_no_escape_codes_and_cuts_no_word() -> None:
    text = rendered(small_run())
    assert "\x1b" not in text
    assert "…" not in text


def test_exposure_before_and_after_decision_and_costs_are_all_there() -> None:
    text = rendered(small_run())
    for said in ("SPX before", "SPX after", "buy 10 ES", "expected", "realised", "Trade: net delta"):
        assert said in text


def test_the_last_line_says_what_to_do_next() -> None:
    assert rendered(small_run()).splitlines()[-1] == "the last line"


def test_a_dry_run_says_that_nothing_was_traded() -> None:
    text = rendered(small_run(dry_run=True))
    assert "nothing was traded" in text
    assert "SPX after" not in text
    assert "realised" not in text


def test_markup_in_a_user_s_file_is_printed_as_it_is() -> None:
    run = small_run()
    named = replace(run, portfolio=replace(run.portfolio, origin="[bold]book[/bold].csv"))
    assert "[bold]book[/bold].csv" in rendered(named)


def test_what_was_chance_in_the_timing_cost_is_said() -> None:
    run = small_run()
    text = " ".join(rendered(run).split())
    assert f"{run.orders[0].cost.news_currency:,.0f} USD of it is the simulated market's own move" in text


def test_a_book_that_needs_no_hedge_says_so_with_its_notes() -> None:
    run = small_run()
    nothing = replace(
        run,
        exposure_before=replace(run.exposure_before, by_underlying={}),
        market=replace(run.market, underlyings={}),
        portfolio=replace(run.portfolio, notes=("X: rows 2, 3 net to zero and are left out",)),
        decisions=(),
        orders=(),
    )
    text = rendered(nothing)
    assert "nothing to hedge" in text
    assert "rows 2, 3 net to zero" in text
