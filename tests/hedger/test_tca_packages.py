"""Orders for several legs on the page of `hedger tca`: in a picture of their own, in currency."""

from __future__ import annotations

from pathlib import Path

import pytest

from execution.tca.analysis import analyse
from hedger.report.tca_html import by_package, by_participation, distribution, tca_page
from hedger.report.tca_packages import costliest_packages
from tests.execution.tca.blotters import explained_orders, read
from tests.execution.tca.test_packages import HEAD, leg, with_legs


def test_the_histogram_shows_orders_and_another_picture_packages_in_currency(tmp_path: Path) -> None:
    orders = explained_orders(tmp_path, orders=60, noise_bps=0.5)
    alone, both = analyse(orders), analyse(with_legs(tmp_path, orders))
    for name in ("x", "y"):
        assert distribution(both).data[0][name] == pytest.approx(distribution(alone).data[0][name])
    assert distribution(both).layout.annotations[0].text == distribution(alone).layout.annotations[0].text
    grey = by_participation(both).data[0]
    assert len(grey.x) == len(by_participation(alone).data[0].x)
    shown = costliest_packages(both)
    assert len(shown) == 20
    assert by_package(shown).data[0].x == tuple(package.shortfall for package in shown)
    assert 'id="packages"' in tca_page(both)
    assert 'id="packages"' not in tca_page(alone)


def test_a_file_of_legs_alone_has_a_page_without_a_histogram(tmp_path: Path) -> None:
    rows = (leg("a", "C100", "buy", 10, 5.10, 5.00), leg("b", "C105", "sell", 10, 1.95, 2.00))
    page = tca_page(analyse(read(tmp_path, "\n".join((HEAD, *rows))).blotter))
    assert 'id="packages"' in page
    assert 'id="distribution"' not in page
