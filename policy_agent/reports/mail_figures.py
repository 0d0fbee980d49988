"""What is read of mail under one rule: each figure with its title, and those of the summary."""

from collections.abc import Mapping

from policy_agent.domain import measures
from policy_agent.domain.measures import MailColumn, Measure
from policy_agent.reports.document import Unit
from policy_agent.reports.glance import Glance
from policy_agent.reports.rule_blocks import RuleBlock
from policy_agent.reports.rule_words import watched_words
from policy_agent.reports.run_of_months import Run
from policy_agent.reports.sentences import names, number
from policy_agent.reports.told import Measured, one_of, share_of, sum_of, whole

TITLES: Mapping[str, str] = {
    MailColumn.WAITED: "Waited",
    MailColumn.SENT_NOW: "Sent now",
    MailColumn.WOULD_WAIT: "Would have waited",
    MailColumn.URGENT: "Urgent",
    MailColumn.LET_THROUGH: "Let through",
    MailColumn.EXEMPT: "Exempt",
    MailColumn.OFF: "Rule off",
    MailColumn.REST: "All the same",
}
_HELD = {  # after «Of these, 12»
    MailColumn.WAITED: "waited until the release time",
    MailColumn.SENT_NOW: "were held and then sent now, as the sender asked",
    MailColumn.WOULD_WAIT: "would have waited if the rule had been enforced",
}
_WENT_THROUGH = {  # after «The rest went through: 12»
    MailColumn.URGENT: "as urgent",
    MailColumn.LET_THROUGH: "for another reason that the rule names",
    MailColumn.EXEMPT: "as somebody was exempt",
    MailColumn.OFF: "as the rule was off",
    MailColumn.REST: "all the same",
}
_COPY = "A copy is one mail as one person gets it: a mail to three people is three copies."
_SHARES = "Urgent share: of what was sent. Sent-now share: of what was held."
_SENDER = "A copy counts for the team of whoever sent it."


def mail_block(rule: str, fewest: int) -> RuleBlock:
    """Return what is told of mail in the window of a rule."""
    return RuleBlock(
        rule=rule,
        block=measures.block(Measure.MAIL, rule),
        key="mail",
        title="mail in the window",
        unit="copies",
        whole=Measured(key="sent", title="Sent", of=whole),
        titles=TITLES,
        shares=(
            Measured(
                key="urgent-share",
                title="Urgent share",
                unit=Unit.SHARE,
                of=share_of(one_of(MailColumn.URGENT), whole, fewest),
            ),
            Measured(
                key="sent-now-share",
                title="Sent-now share",
                unit=Unit.SHARE,
                of=share_of(
                    one_of(MailColumn.SENT_NOW),
                    sum_of(MailColumn.WAITED, MailColumn.SENT_NOW),
                    fewest,
                ),
            ),
        ),
        by_people=frozenset({"sent", MailColumn.URGENT, "urgent-share"}),
        glanced=frozenset(
            {
                MailColumn.WAITED,
                MailColumn.SENT_NOW,
                MailColumn.WOULD_WAIT,
                MailColumn.URGENT,
                "urgent-share",
                "sent-now-share",
            }
        ),
        split=True,
        notes=(_COPY, _SENDER),
        share_notes=(_SHARES,),
    )


def mail_sentences(run: Run, rule: str, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return how much was sent in the window, what became of it, and whether the rule watched."""
    month = f"{run.month.month:%B}"
    sent = seen["sent"]
    if sent.now is None:
        return (f"No mail was counted for {rule} in {month}.",)
    if not sent.told:
        return (f"There was too little mail in the window of {rule} to tell.",)
    copies = sent.count("copy", "copies")
    said = [f"In the window of {rule}, people sent {copies} of mail in {month}{sent.since(run)}."]
    if held := _numbered(seen, _HELD):
        said.append(f"Of these, {names(held)}.")
    if through := _numbered(seen, _WENT_THROUGH):
        said.append(f"{'These' if not held else 'Others'} went through: {names(through)}.")
    watched = watched_words(run, rule)
    return (*said, watched) if watched else tuple(said)


def _numbered(seen: Mapping[str, Glance], words: Mapping[MailColumn, str]) -> list[str]:
    return [
        f"{number(one.now)} {said}"
        for column, said in words.items()
        if isinstance((one := seen[column]).now, int) and one.now
    ]


def share_sentences(run: Run, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return which shares were urgent and sent now, where they are told."""
    urgent, sent_now = seen["urgent-share"], seen["sent-now-share"]
    said = []
    if urgent.told:
        said.append(f"Of what was sent, {urgent.share()} was marked urgent{urgent.since(run)}.")
    if sent_now.told:
        said.append(
            f"Of what was held, senders asked to send {sent_now.share()} now{sent_now.since(run)}."
        )
    return tuple(said)
