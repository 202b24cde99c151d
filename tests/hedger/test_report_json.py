from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import Any

import jsonschema
import pytest

from hedger.report.json_document import document, dumps, finite, schema
from tests.hedger.runs import small_run

REQUIRED = (
    "schema_version",
    "as_of",
    "seed",
    "provenance",
    "exposure_before",
    "exposure_after",
    "forecast",
    "decisions",
    "orders",
    "fills",
    "costs",
)
SCHEMAS = ("run", "replay", "price", "surface", "forecast")


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_schema_is_a_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_s_document_is_valid(dry_run: bool) -> None:
    jsonschema.Draft202012Validator(schema()).validate(document(small_run(dry_run=dry_run)))


def test_the_promised_keys_are_there() -> None:
    assert set(REQUIRED) <= set(document(small_run()))


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_field_of_the_schema_is_described_and_objects_are_closed(name: str) -> None:
    for part in walk(schema(name)):
        if "properties" in part:
            assert part["additionalProperties"] is False
            assert all("description" in field for field in part["properties"].values())


def test_a_number_that_is_not_finite_becomes_null() -> None:
    run = small_run()
    broken = replace(run, cash_change=math.nan, fees=math.inf)
    costs = json.loads(dumps(document(broken)))["costs"]
    assert costs["cash_change"] is None
    assert costs["fees"] is None


def test_the_same_run_twice_gives_the_same_text() -> None:
    run = small_run()
    assert dumps(document(run)) == dumps(document(replace(run, seconds={"exposure": 99.0})))


def test_fills_add_up_to_the_orders_filled_quantities() -> None:
    found = document(small_run())
    filled = sum(fill["quantity"] for fill in found["fills"])
    assert filled == sum(order["filled_quantity"] for order in found["orders"]) == 10


def test_numpy_values_become_plain_ones() -> None:
    import numpy as np

    plain = finite({"a": np.array([1.0, np.nan]), "b": np.int64(3), "c": (np.float64(2.5), True)})
    assert json.dumps(plain) == '{"a": [1.0, null], "b": 3, "c": [2.5, true]}'


def walk(part: Any) -> list[dict[str, Any]]:
    if isinstance(part, list):
        return [found for item in part for found in walk(item)]
    if not isinstance(part, dict):
        return []
    return [part, *(found for item in part.values() for found in walk(item))]


def test_an_order_s_leakage_is_its_move_before_fills_less_that_of_its_market_without_it() -> None:
    run = small_run()
    for order, found in zip(run.orders, document(run)["costs"]["by_order"], strict=True):
        before = found["before_fills"]
        assert before["leakage_bps"] == pytest.approx(before["moved_bps"] - before["control_bps"])
        scale = found["filled_quantity"] / order.order.quantity
        assert before["moved_bps"] * scale == pytest.approx(found["parts_bps"]["timing"])
        assert order.control_mid.shape == order.path_mid.shape
    assert all(each["before_fills"] is None for each in planned_costs())


def planned_costs() -> list[dict[str, object]]:
    found: list[dict[str, object]] = document(small_run(dry_run=True))["costs"]["by_order"]
    return found
