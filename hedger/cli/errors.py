"""What the command says when something goes wrong, and its exit status: 2 is the user's, 1 is ours."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from types import TracebackType

USER_ERROR = 2
INTERRUPTED = 130
BROKEN_PIPE = 141
NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


def user_errors() -> tuple[type[Exception], ...]:
    """The errors that mean the input or the request must change; imported only once something was raised."""
    from execution.errors import OrderRejectedError, RecordingError
    from hedger.errors import InputError, UsageError
    from pricing.market import MissingMarketError

    return InputError, UsageError, OrderRejectedError, RecordingError, MissingMarketError


def explain(error: Exception) -> str:
    """A user's error as a sentence, or as a list when the input has several problems."""
    problems = getattr(error, "problems", ())
    if len(problems) > 1:
        listed = "\n".join(f"  {line}" for line in str(error).splitlines())
        return f"hedger: {len(problems):,} problems in the input; nothing was written\n{listed}"
    return f"hedger: {error}"


def report_defect(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """As `sys.excepthook`: one line that asks to report; with HEDGER_DEBUG=1 the traceback too."""
    if os.environ.get("HEDGER_DEBUG"):
        traceback.print_exception(kind, error, trace)
    said = " ".join(f"{kind.__name__}: {error}".split())
    sys.stderr.write(
        f"hedger: this is a fault of hedger and not of your input, please report it: {said:.300} "
        "(HEDGER_DEBUG=1 shows where)\n"
    )
