"""A fitted surface as a JSON document."""

from __future__ import annotations

from hedger.report.json_document import Json, columns_of, finite
from hedger.surface_study import SurfaceStudy

SURFACE_SCHEMA_VERSION = "1.0"


def surface_document(study: SurfaceStudy) -> Json:
    """The study as `schema("surface")` describes it; the same chain gives the same document."""
    quotes, marks = study.quotes, study.landmarks
    parity = {fit.expiry_years: fit for fit in study.parity}
    expiries = []
    for i, (years, instant) in enumerate(zip(study.expiry_years.tolist(), study.expiries(), strict=True)):
        fit = study.fit.expiries[i]
        forward_error = parity[years].forward_error if years in parity else None
        expiries.append(
            {
                "expiry": instant.isoformat(),
                "expiry_years": years,
                "forward": float(study.forward.forward_at(years)),
                "forward_error": forward_error,
                "zero_rate": float(study.discount.rate_at(years)),
                "carry_rate": float(study.forward.carry_at(years)),
                "atm_volatility": marks.atm[i],
                "skew": marks.skew[i],
                "risk_reversal_25": marks.risk_reversal[i],
                "butterfly_25": marks.butterfly[i],
                "variance_swap_volatility": study.variance_swap[i],
                "local_skew_stickiness": study.local_dynamics.ratio[i],
                "quotes": fit.quotes,
                "inside_bid_ask": fit.inside_bid_ask,
                "rms_volatility_error": fit.rms_volatility_error,
            }
        )
    found: Json = finite(
        {
            "schema_version": SURFACE_SCHEMA_VERSION,
            "underlying": quotes.underlying,
            "as_of": quotes.as_of.isoformat(),
            "spot": quotes.spot,
            "source": {"file": quotes.origin, "sha256": quotes.sha256},
            "quotes": {"received": quotes.received, "used": len(quotes), "dropped": dict(quotes.dropped)},
            "model": study.fit.model,
            "description": study.surface.description,
            "inside_share": study.fit.inside_share,
            "certificate": columns_of(study.fit.certificate),
            "expiries": expiries,
        }
    )
    return found
