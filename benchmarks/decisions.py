"""How fast mail is decided, beside other engines: `make bench`.

All contestants decide the same real traffic in the same run, taking turns, so that whatever else
the machine does hits them alike; the median of the rounds is told, and of their
ratios. Slow ones decide an even sample
of the traffic in each round. Exit status 1: contestants disagree, or a target is missed.
"""

import argparse
import gc
import platform
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from benchmarks.contestants import LONDON, Contestant, contestants
from benchmarks.many_rules import Large, large
from policy_agent.domain.facts import MailFacts
from policy_agent.holidays.kept import SHIPPED
from policy_agent.rehearsal.csv_traffic import read_messages, read_people
from policy_agent.rulebook.load import load

ROOT = Path(__file__).parent.parent
TRAFFIC = ROOT / "benchmarks" / "data" / "messages-2021-2023.csv"
PEOPLE = ROOT / "demo" / "data" / "people.csv"
RULES = ROOT / "rules"

ENGINE_TARGET = 3.0  # times as fast as the best engine
HAND_TARGET = 0.35  # of the function written by hand
MANY_TARGET = 0.1  # of the speed of one rule, with 500 rules and 200 teams
LOAD_TARGET = 1.0  # seconds to load those
TURN = 0.15  # seconds that a contestant's turn should last, about


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=15, help="how often each has its turn")
    rounds = options.parse_args().rounds
    rulebook = load(RULES, SHIPPED)
    people = read_people(PEOPLE, rulebook.domains)
    copies = read_messages(TRAFFIC, people, LONDON, PEOPLE).copies
    mails = [copy.facts for copy in copies]
    print(f"{len(mails):,} copies; Python {platform.python_version()}, {platform.machine()}")
    field = contestants(rulebook)
    if not _agree(field, mails):
        return 1
    turns = [_turn(one, mails) for one in field]
    many = large(SHIPPED)
    turns += [_plain_turn(many.decide_one, many.mails), _plain_turn(many.decide_many, many.mails)]
    speeds = _take_turns(turns, rounds)
    return _tell(field, speeds, many)


def _agree(field: Sequence[Contestant], mails: Sequence[MailFacts]) -> bool:
    """Let everybody decide everything once; say where somebody disagrees."""
    expected = [field[0].until(field[0].decide(field[0].take(mail))) for mail in mails]
    agree = True
    for one in field[1:]:
        found = [one.until(one.decide(one.take(mail))) for mail in mails]
        wrong = [n for n, pair in enumerate(zip(expected, found, strict=True)) if len({*pair}) > 1]
        if wrong:
            agree = False
            first = wrong[0]
            print(
                f"{one.name} disagrees on {len(wrong):,} copies; copy {first}: "
                f"{found[first]}, we said {expected[first]}",
                file=sys.stderr,
            )
    held = sum(1 for until in expected if until is not None)
    if agree:
        print(f"all {len(field)} agree on every copy: {held:,} held")
    return agree


def _turn(one: Contestant, mails: Sequence[MailFacts]) -> Callable[[], float]:
    """Return a turn of the contestant, on as much of the traffic as it can do in one."""
    return _plain_turn(one.decide, [one.take(mail) for mail in mails])


def _plain_turn(decided: Callable[[Any], Any], inputs: Sequence[Any]) -> Callable[[], float]:
    sample = inputs[:: max(1, len(inputs) // 500)]
    started = perf_counter()
    for given in sample:
        decided(given)
    speed = len(sample) / (perf_counter() - started)
    chosen = inputs[:: max(1, round(len(inputs) / (speed * TURN)))]

    def turn() -> float:
        start = perf_counter()
        for given in chosen:
            decided(given)
        return len(chosen) / (perf_counter() - start)

    return turn


def _take_turns(turns: Sequence[Callable[[], float]], rounds: int) -> list[list[float]]:
    """Return the speeds of each, by round; the order moves on by one with each round."""
    speeds: list[list[float]] = [[] for _ in turns]
    gc.collect()
    gc.disable()
    try:
        for number in range(rounds + 1):
            for place in range(len(turns)):
                who = (place + number) % len(turns)
                speed = turns[who]()
                if number:  # the first round warms up
                    speeds[who].append(speed)
    finally:
        gc.enable()
    return speeds


def _tell(field: Sequence[Contestant], speeds: Sequence[Sequence[float]], many: Large) -> int:
    medians = [statistics.median(each) for each in speeds]
    place = {kind: n for n, kind in reversed([*enumerate(one.kind for one in field)])}
    ours, hand = place["ours"], place["hand"]
    engines = [n for n, one in enumerate(field) if one.kind == "engine"]
    best = max(engines, key=lambda n: medians[n])
    one_rule, many_rules = len(field), len(field) + 1

    def share(who: int, of: int) -> float:
        """Return how fast one is as a part of another: the median over the rounds."""
        return statistics.median(a / b for a, b in zip(speeds[who], speeds[of], strict=True))

    print(f"\n{'':32}{'decisions/s':>12}{'of hand-written':>18}{'of best engine':>17}")
    for n, one in enumerate(field):
        spread = f"{min(speeds[n]):,.0f} to {max(speeds[n]):,.0f}"
        shares = f"{share(n, hand):18.3f}{share(n, best):17.2f}"
        print(f"{one.name:32}{medians[n]:12,.0f}{shares}   ({spread})")
    print(f"\n{'one rule, 200 teams':32}{medians[one_rule]:12,.0f}")
    print(f"{'500 rules, 200 teams':32}{medians[many_rules]:12,.0f}   {many.about}")
    print(f"\n500 rules and 200 teams loaded in {many.loaded_in:.2f} s")
    targets = (
        ("of the best engine", share(ours, best), ENGINE_TARGET),
        ("of the hand-written function", share(ours, hand), HAND_TARGET),
        ("of one rule, with 500 rules", share(many_rules, one_rule), MANY_TARGET),
        ("loads a second of 500 rules", 1 / many.loaded_in, 1 / LOAD_TARGET),
    )
    missed = 0
    for name, found, wanted in targets:
        met = found >= wanted
        missed += not met
        print(f"{'met' if met else 'MISSED':7}{name:32}{found:8.2f}  (target {wanted})")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
