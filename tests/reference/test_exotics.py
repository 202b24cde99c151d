"""More published values of the kinds in the shared tables, which need no shared data."""

from __future__ import annotations

from types import ModuleType

import pytest

from tests.reference import (
    barrieroption,
    basketoption,
    digitaloption,
    dividendoption,
    doublebarrieroption,
    forwardstart,
    spreadoption,
)

BARRIER = "barrier_type,barrier,rebate,type,exercise,strike,spot,q,r,t,vol"
DOUBLE = "barrier_type,lower,upper,type,exercise,strike,spot,q,r,t,vol"
DIGITAL = "kind,type,strike,cash,spot,q,r,t,vol,knock_in,expected"
FORWARD = "type,moneyness,spot,q,r,start,t,vol,source"
DIVIDENDS = "type,exercise,strike,spot,q,r,t,vol,div_times,div_amounts,source"
SPREAD = "payoff,type,strike,s1,s2,q1,q2,r,t,v1,v2,rho,source"
BASKET = "payoff,type,strike,s1,s2,q1,q2,r,t,v1,v2,rho"


@pytest.mark.parametrize(
    ("table", "header", "row", "expected", "tolerance"),
    [
        # Haug (1998), page 72, and its binomial tree of 400 steps for American exercise.
        (barrieroption, BARRIER, "DownOut,100,3,call,european,100,100,.04,.08,.5,.25", 3.0, 1e-4),
        (barrieroption, BARRIER, "UpOut,105,3,put,european,110,100,.04,.08,.5,.25", 7.5187, 1e-4),
        (barrieroption, BARRIER, "DownIn,100,3,call,european,110,100,.04,.08,.5,.3", 5.3043, 1e-4),
        (barrieroption, BARRIER, "UpIn,105,3,put,european,90,100,.04,.08,.5,.3", 2.0658, 1e-4),
        (barrieroption, BARRIER, "DownOut,95,0,put,american,110,100,.04,.08,.5,.25", 11.5773, 1e-4),
        (barrieroption, BARRIER, "UpOut,105,3,call,american,110,100,.04,.08,.5,.25", 2.3457, 1e-4),
        (barrieroption, BARRIER, "DownIn,95,3,call,american,100,100,.04,.08,.5,.25", 4.0118, 1e-4),
        (barrieroption, BARRIER, "UpIn,105,3,call,american,90,100,.04,.08,.5,.25", 14.1150, 1e-4),
        (barrieroption, BARRIER, "DownIn,100,3,call,american,90,100,.04,.08,.5,.25", 13.8308, 1e-4),
        # El Babsiri and Noel (1998).
        (barrieroption, BARRIER, "UpIn,110,0,call,european,100,100,.02,.05,1,.2", 9.11008, 1e-5),
        # Haug (2007), page 156.
        (doublebarrieroption, DOUBLE, "KnockOut,90,110,call,european,100,100,0,.1,.5,.35", 0.0011, 1e-4),
        (doublebarrieroption, DOUBLE, "KnockIn,80,120,call,european,100,100,0,.1,.5,.25", 8.0724, 1e-4),
        (doublebarrieroption, DOUBLE, "KnockOut,80,120,put,european,100,100,0,.1,.25,.25", 2.6866, 1e-4),
        # Haug (1998), pages 88 to 95.
        (
            digitaloption,
            DIGITAL,
            "cash-or-nothing european,put,80,10,100,.06,.06,.75,.35,true,",
            2.6710,
            1e-4,
        ),
        (digitaloption, DIGITAL, "cash-at-hit,put,100,15,105,0,.1,.5,.2,true,", 9.7264, 1e-4),
        (digitaloption, DIGITAL, "cash-at-expiry (one-touch),call,100,15,95,0,.1,.5,.2,false,", 3.0461, 1e-4),
        (digitaloption, DIGITAL, "cash-at-expiry (no-touch),put,100,15,105,0,.1,.5,.2,false,", 4.9081, 1e-4),
        (digitaloption, DIGITAL, "cash-at-expiry,call,100,15,95,0,.1,.5,.2,false,", 3.0461, 1e-4),
        (digitaloption, DIGITAL, "cash-at-expiry,call,2.37,15,2.33,.07,.43,.19,.005,false,", 0.0, 1e-4),
        (digitaloption, DIGITAL, "asset-at-hit,put,100,,105,0,.1,.5,.2,true,", 64.8426, 1e-4),
        (digitaloption, DIGITAL, "asset-at-expiry,call,100,,95,0,.1,.5,.2,false,", 17.2983, 1e-4),
        (digitaloption, DIGITAL, "asset-at-expiry,put,100,,105,.01,.1,.5,.2,true,", 65.5291, 1e-4),
        # Haug (1998), page 56: Stulz.
        (basketoption, BASKET, "max,call,98,100,105,0,0,.05,.5,.11,.16,.63", 11.6323, 1e-4),
        (basketoption, BASKET, "min,call,98,100,105,.06,.09,.05,.5,.11,.16,.63", 2.9340, 1e-4),
        # Choi (2018), after Krekel et al. (2004): three volatilities of the first number, one of the second.
        (basketoption, BASKET, "average4,call,100,100,100,0,0,0,5,.4,.4,.95", 33.9186874338, 1e-9),
        (basketoption, BASKET, "average4,call,100,100,100,0,0,0,5,.05,1,.5", 19.4590949762, 2e-6),
        # Haug (1998), page 37, on performance; page 21 after Roll, Geske and Whaley.
        (forwardstart, FORWARD, "call,1.1,60,.04,.08,.25,1,.3,performance", 0.0727093, 1e-6),
        (
            dividendoption,
            DIVIDENDS,
            "call,american,82,80,0,.06,4/12,.3,.25,4,Roll-Geske-Whaley",
            4.3860,
            2e-3,
        ),
        # PyFENG 0.2.6, a put on futures; the method is named in the source alone.
        (
            spreadoption,
            SPREAD,
            "spread-on-futures,put,5,100,110,0,0,.05,1,.25,.35,.75,Bjerksund-Stensland",
            17.850835947276213,
            1e-12,
        ),
    ],
)
def test_published_values_are_met(
    table: ModuleType, header: str, row: str, expected: float, tolerance: float
) -> None:
    cells = {"tol": str(tolerance), "expected": str(expected), "source": ""}
    cells |= dict(zip(header.split(","), row.split(","), strict=True))
    cells["expected"] = cells["expected"] or str(expected)
    assert table.values_of([cells])[0] == pytest.approx(expected, abs=tolerance)
