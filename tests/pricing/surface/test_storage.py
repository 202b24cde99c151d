"""A saved surface comes back bit for bit; a damaged file says which field is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricing.business_time import BusinessClock
from pricing.curves import DiscountCurve, ForwardCurve
from pricing.errors import InputError
from pricing.market import Source
from pricing.parity import imply_curves
from pricing.surface.arbitrage import certify
from pricing.surface.atm import surface_from_atm
from pricing.surface.clocked import ClockedSurface
from pricing.surface.fit import SurfaceModel, fit_surface
from pricing.surface.heston import BatesSurface, HestonSurface
from pricing.surface.storage import SURFACE_KINDS, StoredSurface, load_surface, save_surface
from pricing.surface.surface import VolSurface
from pricing.time import close_instant
from tests.pricing.surface.chains import quotes_from_surface
from tests.pricing.surface.test_heston import BATES, HESTON

K = np.linspace(-2.0, 2.0, 41)
YEARS = np.geomspace(1e-3, 5.0, 12)[:, None]


@cache
def surfaces() -> dict[str, VolSurface]:
    truth = surface_from_atm([0.1, 1.0], [0.25, 0.2], description="at the money")
    quotes = quotes_from_surface(truth, np.array([0.05, 0.2, 0.7]))
    curves = imply_curves(quotes)[:2]
    fitted = {model.value: fit_surface(quotes, *curves, model=model).surface for model in SurfaceModel}
    return {
        **fitted,
        "atm": truth,
        "heston": HestonSurface(model=HESTON, description="Heston"),
        "bates": BatesSurface(model=BATES, description="Bates"),
        "clocked": ClockedSurface(base=truth, clock=BusinessClock(as_of=close_instant(date(2019, 5, 3)))),
    }


def stored(surface: VolSurface) -> StoredSurface:
    curve = np.array([0.1, 1 / 3, 2.0])
    return StoredSurface(
        surface=surface,
        underlying="SPX",
        as_of=datetime(2018, 2, 5, 21, tzinfo=UTC),
        discount=DiscountCurve(expiry_years=curve, zero_rate=np.array([0.01, -0.0, 0.02])),
        forward=ForwardCurve(spot=2700.1, expiry_years=curve, carry_rate=np.array([0.01, 0.02, 1e-17])),
        certificate=certify(surface, [0.1, 1.0]),
        sources=(Source(part="surface", origin="chain.parquet", sha256="00"),),
    )


@pytest.fixture
def tree(tmp_path):
    save_surface(tmp_path / "s.json", stored(surfaces()["svi"]))
    return json.loads((tmp_path / "s.json").read_text())


def refused(tmp_path, tree) -> str:
    (tmp_path / "s.json").write_text(json.dumps(tree))
    with pytest.raises(InputError) as error:
        load_surface(tmp_path / "s.json")
    return str(error.value)


@pytest.mark.parametrize("name", ["smooth", "svi", "essvi", "atm", "heston", "bates", "clocked"])
def test_every_query_of_a_reloaded_surface_has_the_same_bits(name, tmp_path):
    saved = stored(surfaces()[name])
    save_surface(tmp_path / "s.json", saved)
    loaded = load_surface(tmp_path / "s.json")
    for ours, theirs in zip(
        loaded.surface.derivatives(K, YEARS), saved.surface.derivatives(K, YEARS), strict=True
    ):
        assert ours.tobytes() == theirs.tobytes()
    assert loaded.surface.description == saved.surface.description
    assert loaded.discount.discount_at(YEARS).tobytes() == saved.discount.discount_at(YEARS).tobytes()
    assert loaded.forward.forward_at(YEARS).tobytes() == saved.forward.forward_at(YEARS).tobytes()
    assert replace(loaded, surface=None, discount=None, forward=None) == replace(
        saved, surface=None, discount=None, forward=None
    )


def test_what_is_saved_twice_is_the_same_file(tmp_path):
    for name in ("a.json", "b.json"):
        save_surface(tmp_path / name, stored(surfaces()["svi"]))
    save_surface(tmp_path / "c.json", load_surface(tmp_path / "a.json"))
    assert len({(tmp_path / f"{name}.json").read_bytes() for name in "abc"}) == 1


@given(st.lists(st.floats(1e-300, 1e300), min_size=1, max_size=5, unique=True), st.floats(allow_nan=False))
@settings(deadline=None, max_examples=40)
def test_any_finite_number_survives(tmp_path_factory, years, rate):
    path = tmp_path_factory.mktemp("any") / "s.json"
    knots = np.sort(years)
    curve = DiscountCurve(
        expiry_years=knots, zero_rate=np.full(knots.shape, rate if np.isfinite(rate) else 0.0)
    )
    save_surface(path, StoredSurface(surface=surfaces()["heston"], discount=curve))
    found = load_surface(path).discount
    assert found.expiry_years.tobytes() == knots.tobytes()
    assert found.zero_rate.tobytes() == curve.zero_rate.tobytes()


def test_a_surface_without_curves_or_certificate_is_stored_too(tmp_path):
    save_surface(tmp_path / "s.json", StoredSurface(surface=surfaces()["heston"]))
    assert load_surface(tmp_path / "s.json") == StoredSurface(surface=surfaces()["heston"])


def test_a_certificate_that_found_no_number_keeps_it(tmp_path):
    certificate = replace(certify(surfaces()["svi"], [0.1]), lowest_durrleman=float("nan"))
    save_surface(tmp_path / "s.json", replace(stored(surfaces()["svi"]), certificate=certificate))
    assert np.isnan(load_surface(tmp_path / "s.json").certificate.lowest_durrleman)


def test_a_kind_that_cannot_be_stored_leaves_the_file_that_was_there(tmp_path):
    class Other:
        description = "other"
        total_variance = implied_volatility = derivatives = None

    path = tmp_path / "s.json"
    save_surface(path, stored(surfaces()["svi"]))
    before = path.read_bytes()
    with pytest.raises(InputError, match="Other"):
        save_surface(path, StoredSurface(surface=Other()))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_an_input_error(tmp_path):
    with pytest.raises(InputError, match="can be written"):
        save_surface(tmp_path / "none" / "s.json", stored(surfaces()["svi"]))


@pytest.mark.parametrize(
    ("path", "value", "expected"),
    [
        (("format",), "other", "format"),
        (("version",), 2, "version"),
        (("surface", "kind"), "cubic", "surface.kind"),
        (("surface", "kind"), ["svi"], "surface.kind"),
        (("surface", "expiry_years"), [0.2, 0.1, 0.7], "surface.expiry_years"),
        (("surface", "expiry_years"), [0.1, 0.2], "surface"),
        (("surface", "expiry_years"), [], "surface.expiry_years"),
        (("surface", "slices", "level"), [0.1, "x", 0.2], "surface.slices.level"),
        (("surface", "slices", "level"), [0.1, None, 0.2], "surface.slices.level"),
        (("surface", "slices", "level"), [[0.1], [0.2, 0.3]], "surface.slices.level"),
        (("surface", "slices", "level"), [-9.0, -9.0, -9.0], "surface"),
        (("surface", "slices", "level"), 0.5, "surface.slices.level"),
        (("surface", "colour"), 1, "surface.colour"),
        (("surface", "description"), None, "surface.description"),
        (("as_of",), "yesterday", "as_of"),
        (("as_of",), "2018-02-05T21:00:00", "as_of"),
        (("forward", "spot"), True, "forward.spot"),
        (("forward", "spot"), 10**400, "forward.spot"),
        (("certificate", "points"), 1.5, "certificate.points"),
        (("sources",), {"part": 1}, "sources"),
        (("sources",), [{"part": 1}], "sources[0]"),
    ],
)
def test_a_malformed_field_is_named(path, value, expected, tree, tmp_path):
    *parents, last = path
    part = tree
    for name in parents:
        part = part[name]
    part[last] = value
    assert f"'{expected}" in refused(tmp_path, tree)


def test_every_missing_field_is_named(tree, tmp_path):
    for name in list(tree["surface"]):
        short = {**tree, "surface": {key: each for key, each in tree["surface"].items() if key != name}}
        assert f"surface.{name}" in refused(tmp_path, short)


def test_a_model_outside_of_its_domain_is_refused(tmp_path):
    save_surface(tmp_path / "s.json", stored(surfaces()["heston"]))
    tree = json.loads((tmp_path / "s.json").read_text())
    tree["surface"]["model"]["correlation"] = 1.5
    assert "surface.model" in refused(tmp_path, tree)


@pytest.mark.parametrize("text", ["", "{", "[]", "[" * 100_000, '{"format": NaN}', "\x00"])
def test_what_is_no_json_object_is_an_input_error(text, tmp_path):
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(InputError):
        load_surface(tmp_path / "s.json")


def test_every_kind_of_surface_has_one_name():
    assert len(set(SURFACE_KINDS.values())) == len(SURFACE_KINDS)
