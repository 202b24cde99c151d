"""What the forecasts are worth out of sample: networks against regressions, last values and the square root.

python benchmarks/predictors.py [CASE ...] [--hours 2] [--recordings FOLDER] [--plots FOLDER]

Simulated: the shipped networks and, as their rivals, regressions fitted to hours of the very market that is
tested; the test's hours have seeds that nothing was trained or chosen on. Recorded: everything is trained on
the first 60% of the time, chosen on the next 15%, tested on the last 25%, a window and a horizon apart;
'shipped' are the networks taught on simulated markets, as they are. Skill is 1 - MSE / MSE of the plain
forecast: no move, the touch as it is, no impact. Intervals: 95%, bootstrap over blocks of time.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from execution.errors import RecordingError
from execution.impact.calibration import Reliability, reliability
from execution.impact.calibration_plot import calibration_figure
from execution.impact.examples import Examples, examples_of, joined, split_by_time
from execution.impact.layers import KINDS
from execution.impact.order_flow_regression import explained_moves, fit_flow_forecast, flow_columns
from execution.impact.predictor import Forecast, Predictor, shipped_predictor
from execution.impact.regression import regress
from execution.impact.samples import MarketSamples, recorded_samples
from execution.impact.simulated import simulated_samples
from execution.impact.skill import Skill, skill, skill_gain
from execution.impact.square_root import fit_square_root
from execution.impact.train import TrainingSettings, train_predictor
from execution.impact.watch import WINDOW, MarketWatch
from execution.recorded.read import read_recording

FloatArray = npt.NDArray[np.float64]
Forecasts = dict[str, dict[str, FloatArray]]  # by target, by forecaster

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "lob"
RECORDINGS = {
    "amzn": ("LOBSTER AMZN, 1 s steps", 10**9, ["lobster_amzn/AMZN_2012-06-21_messages_plus_L1.parquet"]),
    "bitstamp": ("Bitstamp BTC/USD, 1 s steps", 10**9, ["bitstamp/2015-05-01.log.xz"]),
    "binance": (
        "Binance BTCUSDT, 0.1 s steps",
        10**8,
        [f"btcusdt_usdm_20240808_{part}.parquet" for part in ("depth", "trades", "bbo")],
    ),
}
MARKETS = ("calm", "volatile", "squeeze")
LONG = 10
BLOCK = 120
FIT_SEED, TEST_SEED = 2001, 2002
RIVAL = "flow and imbalance regression"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known before the test, and the test: samples beside their examples."""

    name: str
    fit_samples: Sequence[MarketSamples]
    fit: Examples
    test_columns: Mapping[bool, FloatArray]
    test: Examples
    networks: Mapping[str, Predictor]
    causal: bool


def simulated_case(market: str, hours: int) -> Case:
    """Hours of a market with every event's flow for the regressions; the networks see snapshots."""
    parts = [
        [
            simulated_samples(market, 3600, np.random.SeedSequence([seed, hour]), every_event=True)
            for hour in range(hours)
        ]
        for seed in (FIT_SEED, TEST_SEED)
    ]
    fit, test = (joined([examples_of(each.from_snapshots()) for each in part]) for part in parts)
    columns = {
        imbalance: np.concatenate([flow_columns(each, imbalance=imbalance) for each in parts[1]])[test.at]
        for imbalance in (False, True)
    }
    networks = {f"{kind} network, shipped": shipped_predictor(kind) for kind in KINDS}
    return Case(
        name=f"{market} market, simulated",
        fit_samples=parts[0],
        fit=fit,
        test_columns=columns,
        test=test,
        networks=networks,
        causal=True,
    )


def recorded_case(key: str, folder: Path) -> Case:
    """One recording split by time, and networks trained on its first part."""
    name, step_ns, files = RECORDINGS[key]
    recording = read_recording([folder / file for file in files])
    samples = recorded_samples(recording.messages, recording.history, step_ns)
    gap = WINDOW + LONG
    fit, chosen, test = split_by_time(examples_of(samples), (0.6, 0.15), gap)
    networks = {
        f"{kind} network": train_predictor(kind, fit, chosen, settings=TrainingSettings(batch=256))
        for kind in KINDS
    }
    networks |= {f"{kind} network, shipped": shipped_predictor(kind) for kind in KINDS}
    columns = {each: flow_columns(samples, imbalance=each)[test.at] for each in (False, True)}
    return Case(
        name=name,
        fit_samples=[samples.rows(slice(int(fit.at[-1]) + 1))],
        fit=fit,
        test_columns=columns,
        test=test,
        networks=networks,
        causal=False,
    )


def linear_forecast(case: Case, target: FloatArray, scale: tuple[FloatArray, FloatArray]) -> FloatArray:
    """Forecast by ordinary least squares on the networks' own inputs: the latest step, the window's mean."""
    columns = []
    for examples in (case.fit, case.test):
        windows = examples.windows().astype(np.float64)
        columns.append(
            np.concatenate((windows[:, -1], windows.mean(axis=1), np.ones((len(examples), 1))), axis=1)
        )
    coefficients = np.linalg.lstsq(columns[0], target / scale[0], rcond=1e-6)[0]
    return np.asarray(columns[1] @ coefficients * scale[1])


def move_forecasts(case: Case, told: Mapping[str, Forecast], *, long: bool) -> dict[str, FloatArray]:
    """Forecasts of the mid's move [ticks], positive is up."""
    steps, side = (LONG if long else 1), case.test.side
    forecasts = {}
    for imbalance, name in ((False, "order-flow regression"), (True, RIVAL)):
        fitted = fit_flow_forecast(case.fit_samples, steps, imbalance=imbalance)
        forecasts[name] = fitted.forecast(case.test_columns[imbalance])
    target = case.fit.long_move if long else case.fit.short_move
    scales = (case.fit.scales[:, 0], case.test.scales[:, 0])
    forecasts["regression on all features"] = linear_forecast(case, target, scales)
    for name, each in told.items():
        forecasts[name] = side * (each.mid_move_ticks if long else each.next_move_ticks)
    return forecasts


def touch_forecasts(case: Case, told: Mapping[str, Forecast]) -> dict[str, FloatArray]:
    """Forecasts of the logarithm of the touch ten steps on."""
    columns = [
        np.stack((np.ones(len(part)), np.log(part.touch_now), np.log(part.scales[:, 1])), axis=1)
        for part in (case.fit, case.test)
    ]
    back = regress(columns[0], np.log(case.fit.touch), lags=LONG).forecast(columns[1])
    return {"back to the mean": back} | {name: np.log(each.touch_lots) for name, each in told.items()}


def response_forecasts(
    case: Case, told: Mapping[str, Forecast], moves: Mapping[str, FloatArray]
) -> tuple[FloatArray, dict[str, FloatArray]]:
    """What orders moved, and its forecasts [ticks], positive in the order's direction, (order,).

    In the simulator the cause is known, from the market in which the orders were turned round. In a recording
    it is not: there all of the move behind an order is to be explained, the forecast of the mid included.
    """
    known = [
        np.isfinite(part.response) if case.causal else part.quantity > 0.0 for part in (case.fit, case.test)
    ]
    fit, test = case.fit.rows(known[0]), case.test.rows(known[1])
    realised = [each.response if case.causal else each.side * each.long_move for each in (fit, test)]
    law = fit_square_root(realised[0], fit.scales[:, 0], fit.quantity, fit.scales[:, 2], lags=LONG)
    print(f"  square-root law: Y = {law.coefficient:.3f} +- {1.96 * law.error:.3f}")
    root = law.forecast(test.scales[:, 0], test.quantity, test.scales[:, 2])
    forecasts, ordered = {"square-root law": root}, known[1]
    if not case.causal:
        forecasts["square root and flow"] = root + test.side * moves[RIVAL][ordered]
    for name, each in told.items():
        before = 0.0 if case.causal else each.mid_move_ticks[ordered]
        forecasts[name] = each.impact_ticks[ordered] + before
    return realised[1], forecasts


def shown(found: Skill) -> str:
    """A skill in percent with its interval."""
    return f"{found.value:8.2%} [{found.lower:7.2%}, {found.upper:7.2%}]"


def report(
    title: str,
    realised: FloatArray,
    forecasts: Mapping[str, FloatArray],
    plain: FloatArray,
    rival: str,
    block: int,
) -> dict[str, Reliability]:
    """Print one line a forecaster, and return the calibration curves."""
    print(f"  {title} ({len(realised):,} rows)")
    curves = {}
    for name, told in forecasts.items():
        own = skill(realised, told, plain, block=block)
        gain = skill_gain(realised, told, forecasts[rival], plain, block=block)
        curves[name] = reliability(told, realised, block=block)
        slope = "slope {:.2f} [{:.2f}, {:.2f}]".format(*curves[name].slope)
        against = " " * 28 if name == rival else shown(gain)
        print(f"    {name:32}{shown(own)}   gain{against}   {slope}")
    return curves


def study(case: Case, plots: Path | None) -> None:
    """Print every table of a case, and draw its calibration."""
    test = case.test
    print(case.name)
    for levels in (1, 5):
        found = [explained_moves(each, levels=levels) for each in case.fit_samples]
        r_squared = np.mean([each.r_squared for each in found])
        print(f"  moves explained by the same step's flow, {levels} level(s): R2 {r_squared:.2f}")
    windows = test.windows()
    told = {
        name: network.forecast(windows, test.scales, test.side, test.quantity)
        for name, network in case.networks.items()
    }
    nothing = np.zeros(len(test))
    short = move_forecasts(case, told, long=False)
    curves = {"move over 1 step": report("move over 1 step", test.short_move, short, nothing, RIVAL, BLOCK)}
    long = move_forecasts(case, told, long=True)
    title = f"move over {LONG} steps"
    curves[title] = report(title, test.long_move, long, nothing, RIVAL, BLOCK)
    later, now, title = np.log(test.touch), np.log(test.touch_now), f"log touch after {LONG} steps"
    curves[title] = report(title, later, touch_forecasts(case, told), now, "back to the mean", BLOCK)
    realised, responses = response_forecasts(case, told, long)
    title = f"impact of an order after {LONG} steps"
    block = max(2, BLOCK * len(realised) // len(test))
    curves[title] = report(title, realised, responses, np.zeros(len(realised)), "square-root law", block)
    if plots is not None:
        draw(case.name, curves, plots)


def draw(name: str, curves: Mapping[str, Mapping[str, Reliability]], plots: Path) -> None:
    """One page a target."""
    plots.mkdir(parents=True, exist_ok=True)
    for target, each in curves.items():
        unit = "log lots" if "touch" in target else "ticks"
        figure = calibration_figure(each, title=f"{name}: {target}", unit=unit)
        file = f"{name}-{target}".replace("/", "-").replace(" ", "_").replace(",", "")
        figure.write_html(plots / f"{file}.html", include_plotlyjs="cdn")


def report_speed() -> None:
    """Print the CPU time of a step watched and of a forecast, for one market and each of a thousand."""
    rng = np.random.default_rng(0)
    print("CPU time, median and 99th percentile [us a market]")
    for count, rounds in ((1, 3000), (1000, 20)):
        watch = MarketWatch(count)
        depth = rng.integers(1, 50, (count, 2, 5, 2))
        depth[:, 0, :, 0], depth[:, 1, :, 0] = 100 - np.arange(5), 101 + np.arange(5)
        work = {"watch a step": lambda: watch.see(depth, 3.0, 4.0)}  # noqa: B023
        for kind in KINDS:
            ask = shipped_predictor(kind).forecast
            work[f"{kind} forecast"] = lambda ask=ask: ask(watch.window, watch.scales, 1, 10.0)  # noqa: B023
        for name, run in work.items():
            run()
            seconds = []
            for _ in range(rounds):
                start = time.process_time_ns()
                run()
                seconds.append(1e-3 * (time.process_time_ns() - start) / count)
            print(
                f"  {name:16} {count:5} markets: {np.median(seconds):6.1f}  {np.percentile(seconds, 99):6.1f}"
            )


def report_recorded(key: str, folder: Path, plots: Path | None) -> None:
    """Study a recording, or say why it is left out."""
    try:
        case = recorded_case(key, folder)
    except (RecordingError, FileNotFoundError) as error:
        print(f"{RECORDINGS[key][0]}: left out, {error}")
        return
    study(case, plots)


def main() -> None:
    """Print the parts that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    cases = ("speed", *MARKETS, *RECORDINGS)
    parser.add_argument("case", nargs="*", default=cases, help=", ".join(cases))
    parser.add_argument("--hours", type=int, default=2, help="simulated, to fit and again to test")
    parser.add_argument("--recordings", type=Path, default=SHARED)
    parser.add_argument("--plots", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    for case in options.case:
        if case not in cases:
            parser.error(f"there is no case '{case}'; expected {', '.join(cases)}")
        if case == "speed":
            report_speed()
        elif case in MARKETS:
            study(simulated_case(case, options.hours), options.plots)
        else:
            report_recorded(case, options.recordings, options.plots)


if __name__ == "__main__":
    main()
