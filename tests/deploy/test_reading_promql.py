"""What reads the alerts and the dashboard finds mistakes: each of these has one."""

import pytest

from tests.deploy.promql import complaints, read, result_labels


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("policy_agent_hold_messages", "there is no policy_agent_hold_messages"),
        ("node_load1", "there is no node_load1"),
        ("policy_agent_release_lag_seconds", "there is no policy_agent_release_lag_seconds"),
        ("vector(1)", "it asks for nothing"),
        ('policy_agent_clashes{team="a"}', "policy_agent_clashes has no label team"),
        (
            'policy_agent_scheduler_missed_total{job="sweep"}',
            "policy_agent_scheduler_missed_total: job is never sweep",
        ),
        (
            'policy_agent_releases_total{result=~"released|lost"}',
            "policy_agent_releases_total: result is never lost",
        ),
        ("sum by (colour) (policy_agent_clashes)", "nothing of it has a label colour"),
        ("max by (le) (policy_agent_held_messages)", "nothing of it has a label le"),
    ],
)
def test_a_mistake_is_found(wrong: str, said: str) -> None:
    assert list(complaints(wrong)) == [said]


@pytest.mark.parametrize("wrong", ["rate(policy_agent_clashes)", "max(up", "sum by up > 1", ""])
def test_what_prometheus_would_refuse_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        read(wrong)


def test_a_result_has_the_labels_that_are_left() -> None:
    assert result_labels("policy_agent_clashes > 1") == {"rule", "instance", "job"}
    assert result_labels("sum by (kind) (policy_agent_nudges_total)") == {"kind"}
    assert result_labels("sum(policy_agent_nudges_total)") == set()
