from __future__ import annotations

import heapq

from hypothesis import given, settings
from hypothesis import strategies as st

from execution.market.event_queue import (
    NEVER_NS,
    drop_first,
    earliest_ns,
    empty_queue,
    reschedule_first,
    schedule,
)

TIMES = st.integers(0, 5)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["enter", "again", "leave"]), TIMES), max_size=60))
def test_the_queue_does_what_a_sorted_list_of_time_and_sequence_does(steps: list[tuple[str, int]]) -> None:
    queue, twin, sequence = empty_queue(60), [], 0
    for source, (step, time_ns) in enumerate(steps):
        if step == "enter" or not twin:
            schedule(queue, time_ns, source)
            heapq.heappush(twin, (time_ns, sequence, source))
        elif step == "again":
            reschedule_first(queue, time_ns)
            heapq.heapreplace(twin, (time_ns, sequence, twin[0][2]))
        else:
            drop_first(queue)
            heapq.heappop(twin)
            sequence -= 1
        sequence += 1
        assert earliest_ns(queue) == (twin[0][0] if twin else NEVER_NS)
        assert not twin or queue["source"][1] == twin[0][2]


def test_equal_times_leave_in_the_order_in_which_they_came() -> None:
    queue, left = empty_queue(20), []
    for source in range(20):
        schedule(queue, 7, source)
    while earliest_ns(queue) != NEVER_NS:
        left.append(int(queue["source"][1]))
        drop_first(queue)
    assert left == list(range(20))
