from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

from hedger.report.html import page
from tests.hedger.runs import small_run


@cache
def small_page() -> str:
    return page(small_run())


def outside_plotly(text: str) -> str:
    """The page without the one script that is plotly itself."""
    return re.sub(r"<script>.*?</script>", "", text, count=1, flags=re.DOTALL)


def test_the_page_loads_nothing_from_elsewhere() -> None:
    assert not re.findall(r"""(?:src|href)\s*=\s*["']?(?:https?:)?//""", outside_plotly(small_page()))


def test_plotly_is_embedded_once() -> None:
    assert small_page().count("plotly.js v") == 1


def test_every_plot_of_a_run_is_drawn() -> None:
    drawn = re.findall(r'<div id="([a-z]+-\d)" class="plotly-graph-div"', small_page())
    assert drawn == ["ladder-0", "smile-0", "fills-0", "costs-0", "explained-0"]


def test_text_of_the_user_is_escaped_in_the_page_and_in_the_plots() -> None:
    run = small_run()
    attack = "</script><script>alert(1)</script>"
    decision = replace(run.decisions[0], reason=attack)
    order = replace(run.orders[0], schedule=attack)
    named = replace(
        run, portfolio=replace(run.portfolio, origin=attack), decisions=(decision,), orders=(order,)
    )
    assert "<script>alert(1)" not in page(named)


def test_the_page_is_the_same_for_the_same_run() -> None:
    assert page(small_run()) == small_page()


def test_a_dry_run_draws_the_book_as_it_was_decided() -> None:
    drawn = page(small_run(dry_run=True))
    assert '"name":"as decided"' in drawn
    assert '"name":"after"' not in drawn
