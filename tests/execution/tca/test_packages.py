"""Orders for several legs: what they cost together, and that no model mistakes a leg for an order."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execution.errors import RecordingError
from execution.tca.analysis import analyse
from execution.tca.blotter import Blotter
from execution.tca.order_costs import order_costs
from execution.tca.packages import PackageCost, package_costs
from tests.execution.tca.blotters import explained_orders, read

HEAD = "parent_id,package_id,symbol,side,qty,price,time,arrival_price,mid,order_qty,end_price,multiplier,fee"
START = 1_700_000_000


def leg(name: str, symbol: str, side: str, filled: int, price: float, arrival: float, **terms: object) -> str:
    """One fill of a leg of ten contracts, of 100 the contract."""
    told = {"package": "spread-1", "mid": arrival, "ordered": 10, "end": arrival, "multiplier": 100} | terms
    return (
        f"{name},{told['package']},{symbol},{side},{filled},{price},{START},{arrival},{told['mid']},"
        f"{told['ordered']},{told['end']},{told['multiplier']},{0.5 * filled}"
    )


def packages(folder: Path, *rows: str) -> tuple[PackageCost, ...]:
    blotter = read(folder, "\n".join((HEAD, *rows))).blotter
    return package_costs(blotter, order_costs(blotter))


def test_a_package_costs_what_its_legs_do_in_units_of_the_net_price(tmp_path: Path) -> None:
    (found,) = packages(
        tmp_path,
        leg("a", "C100", "buy", 10, 5.10, 5.00),
        leg("b", "C105", "sell", 20, 1.95, 2.00, ordered=20),
        leg("alone", "C110", "buy", 3, 1.00, 0.90, package=""),
    )
    assert found.package_id == "spread-1"
    assert found.packages == 10.0
    assert found.arrival_price == pytest.approx(5.00 - 2 * 2.00)
    assert found.average_price == pytest.approx(5.10 - 2 * 1.95)
    assert found.shortfall == pytest.approx(10 * 0.10 * 100 + 20 * 0.05 * 100 + 0.5 * 30)
    assert found.shortfall * found.per_package == pytest.approx(0.10 + 2 * 0.05 + 0.015)


def test_a_leg_of_a_smaller_multiplier_weighs_less(tmp_path: Path) -> None:
    (found,) = packages(
        tmp_path,
        leg("a", "C100", "sell", 10, 4.90, 5.00),
        leg("b", "XYZ", "buy", 300, 50.02, 50.00, ordered=300, multiplier=1),
    )
    assert found.packages == 10.0
    assert found.arrival_price == pytest.approx(0.3 * 50.00 - 5.00)
    assert found.shortfall == pytest.approx(100 + 6 + 0.5 * 310)


def test_half_a_fill_has_a_cost_and_no_net_price(tmp_path: Path) -> None:
    (found,) = packages(
        tmp_path,
        leg("a", "C100", "buy", 10, 5.10, 5.00),
        leg("b", "C105", "sell", 4, 1.95, 2.00, end=1.90),
    )
    assert math.isnan(found.average_price)
    assert found.parts["opportunity"] == pytest.approx(6 * 0.10 * 100)
    assert found.shortfall == pytest.approx(100 + 20 + 60 + 7)


def test_a_symbol_in_two_orders_leaves_the_number_of_packages_open(tmp_path: Path) -> None:
    (found,) = packages(
        tmp_path,
        leg("a", "C100", "buy", 10, 5.10, 5.00),
        leg("a/back", "C100", "sell", 10, 4.80, 5.00),
    )
    assert math.isnan(found.packages)
    assert found.shortfall == pytest.approx(10 * 0.30 * 100 + 10)


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["one", "two", ""]),
            st.booleans(),
            st.integers(0, 9),
            st.floats(0.05, 90.0),
            st.floats(0.05, 90.0),
        ),
        min_size=1,
        max_size=8,
    )
)
def test_parts_add_up_to_packages_and_packages_to_the_whole(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, bool, int, float, float]]
) -> None:
    rows = [
        leg(f"o{at}", f"S{at}", "buy" if buys else "sell", 1 + filled, price, mid, package=name, end=mid + 1)
        for at, (name, buys, filled, price, mid) in enumerate(drawn)
    ]
    blotter = read(tmp_path_factory.mktemp("fills"), "\n".join((HEAD, *rows))).blotter
    costs = order_costs(blotter)
    found = package_costs(blotter, costs)
    for package in found:
        known = [part for part in package.parts.values() if not math.isnan(part)]
        assert math.fsum(known) == pytest.approx(package.shortfall, rel=1e-12, abs=1e-9)
    alone = costs.total[blotter.orders.package_id == ""].tolist()
    whole = math.fsum((*(package.shortfall for package in found), *alone))
    assert whole == pytest.approx(math.fsum(costs.total.tolist()), rel=1e-12, abs=1e-9)
    assert [package.package_id for package in found] == list(dict.fromkeys(n for n, *_ in drawn if n))


def test_an_order_is_a_leg_of_one_package(tmp_path: Path) -> None:
    rows = (leg("a", "C100", "buy", 4, 5.1, 5.0), leg("a", "C100", "buy", 4, 5.1, 5.0, package="spread-2"))
    with pytest.raises(RecordingError, match="row 3, column 'package_id': found 'spread-2'"):
        packages(tmp_path, *rows)


def with_legs(folder: Path, orders: Blotter) -> Blotter:
    """The same orders, and as many legs that cost a hundred times as much."""
    text = (folder / "fills.csv").read_text().splitlines()
    rows = [f"{row},," for row in text[1:]]
    for at, row in enumerate(text[1:]):
        cells = row.split(",")
        cells[0], cells[3] = f"leg{at}", "103.0" if cells[1] == "1" else "97.0"
        rows.append(",".join((*cells, f"package-{at // 2}", f"OPT{at}")))
    assert len(rows) == 2 * len(orders.orders)
    return read(folder, "\n".join((f"{text[0]},package_id,symbol", *rows))).blotter


def test_legs_are_in_no_regression_and_in_no_cost_curve(tmp_path: Path) -> None:
    orders = explained_orders(tmp_path, orders=60, noise_bps=0.5)
    alone, both = analyse(orders), analyse(with_legs(tmp_path, orders))
    assert len(both.packages) == 30
    assert alone.attribution is not None
    assert both.attribution == alone.attribution
    assert both.curve is not None
    assert alone.curve is not None
    assert both.curve.impact_coefficient == pytest.approx(alone.curve.impact_coefficient)
    assert both.parts["total"].value > 10.0 * alone.parts["total"].value


def test_the_csv_of_a_desk_without_packages_has_none(tmp_path: Path) -> None:
    found = analyse(explained_orders(tmp_path, orders=5, noise_bps=1.0))
    assert found.packages == ()
    assert np.all(found.blotter.orders.package_id == "")


def test_the_legs_of_a_package_are_one_unit_and_every_other_order_its_own(tmp_path: Path) -> None:
    rows = [
        leg(name, name, "buy", 10, 5.1, 5.0, package=package)
        for name, package in (("a", "one"), ("b", ""), ("c", "two"), ("d", "one"), ("e", ""), ("f", "two"))
    ]
    blotter = read(tmp_path, "\n".join((HEAD, *rows))).blotter
    assert blotter.unit.tolist() == [0, 1, 2, 0, 4, 2]
    assert blotter.is_single.tolist() == [False, True, False, False, True, False]


def test_legs_that_offset_each_other_widen_no_interval(tmp_path: Path) -> None:
    rows = [
        leg(f"{at}{side}", f"S{at}{side}", side, 10, 5.5, 5.0, package=f"spread-{at}")
        for at in range(12)
        for side in ("buy", "sell")
    ]
    total = analyse(read(tmp_path, "\n".join((HEAD, *rows))).blotter).parts["total"]
    assert total.orders == 24
    assert (total.lower, total.upper) == pytest.approx((total.value, total.value))
