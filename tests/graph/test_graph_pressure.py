"""How hard the service pushed back, counted for an hour."""

import threading
from datetime import timedelta

from policy_agent.domain.counts import Pushback
from policy_agent.graph.pressure import Pressure


class Clock:
    def __init__(self) -> None:
        self.seconds = 7200.0

    def __call__(self) -> float:
        return self.seconds


def test_refusals_for_now_are_counted_and_nothing_else() -> None:
    pressure = Pressure(clock=Clock())
    for status in (200, 429, 404, 429, 503, 504, 500, 0):
        pressure.told("read", status, 0.1)
    assert pressure.last_hour() == Pushback(throttled=2, unavailable=2)


def test_pauses_are_counted_and_slept() -> None:
    slept: list[float] = []
    pressure = Pressure(clock=Clock())
    sleep = pressure.pausing(slept.append)
    sleep(2.0)
    sleep(0.5)
    assert slept == [2.0, 0.5]
    assert pressure.last_hour() == Pushback(waits=2, waited=timedelta(seconds=2.5))


def test_what_is_an_hour_old_is_forgotten() -> None:
    clock = Clock()
    pressure = Pressure(clock=clock)
    pressure.told("read", 429, 0.1)
    clock.seconds += 59 * 60
    pressure.told("read", 429, 0.1)
    assert pressure.last_hour().throttled == 2
    clock.seconds += 60
    assert pressure.last_hour().throttled == 1
    clock.seconds += 1e6
    assert pressure.last_hour() == Pushback()


def test_many_threads_lose_no_count() -> None:
    pressure = Pressure(clock=Clock())

    def tell() -> None:
        for _ in range(500):
            pressure.told("read", 429, 0.1)

    threads = [threading.Thread(target=tell) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pressure.last_hour().throttled == 4000
