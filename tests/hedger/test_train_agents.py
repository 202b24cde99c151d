"""`hedger train execution` and `predictors`: what they refuse, in a sentence and with status 2."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from hedger.cli.train import train


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("predictors", "--market", "nosuch"), "nosuch"),
        (("execution", "--from", "nosuch"), "nosuch"),
        (("execution", "--agent", "sarsa"), "sarsa"),
        (("execution", "--steps", "10"), "10"),
        (("execution", "--agent", "dqn", "--recurrent"), "--recurrent goes with --agent ppo"),
        (("execution", "--long", "--forecasts"), "--long goes with none of"),
    ],
)
def test_what_cannot_be_trained_is_told_before_anything_is_written(
    tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    out = tmp_path / "out"
    done = CliRunner().invoke(train, [*arguments, "--out", str(out)])
    assert done.exit_code != 0
    assert told in done.output + str(done.exception)
    assert not out.exists()


def test_a_checkpoint_that_is_none_is_told_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "ppo.checkpoint").write_text("junk")
    done = CliRunner().invoke(train, ["execution", "--out", str(tmp_path)])
    assert done.exit_code != 0
    assert "ppo.checkpoint" in done.output + str(done.exception)
