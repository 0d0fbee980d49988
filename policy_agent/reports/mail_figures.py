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
    MailColumn.SENT_NOW: "Held, then sent now",
    MailColumn.WOULD_WAIT: "Would have waited",
    MailColumn.URGENT: "Urgent",
    MailColumn.LET_THROUGH: "Let through",
    MailColumn.EXEMPT: "Exempt",
    MailColumn.OFF: "Rule off",
    MailColumn.REST: "Delivered all the same",
}
_BECAME = {  # after «Of these, 12»
    MailColumn.WAITED: "waited until the release time",
    MailColumn.SENT_NOW: "were held and then sent now, as the sender asked",
    MailColumn.WOULD_WAIT: "would have waited if the rule had been enforced",
    MailColumn.URGENT: "went through as urgent",
    MailColumn.LET_THROUGH: "went through for another reason that the rule names",
    MailColumn.EXEMPT: "went through as somebody was exempt",
    MailColumn.OFF: "went through as the rule was off",
    MailColumn.REST: "were delivered all the same",
}
_COPY = "A copy is one mail as one person gets it: a mail to three people is three copies."
COPY_AND_DAYS = f"{_COPY} Days: how many of the month the window touches."
_SENDER = "A copy counts for the team of whoever sent it."


def mail_block(rule: str, fewest: int) -> RuleBlock:
    """Return what is told of mail in the window of a rule."""
    return RuleBlock(
        rule=rule,
        block=measures.block(Measure.MAIL, rule),
        key="mail",
        title="mail in the window",
        unit="copies",
        whole=Measured(key="sent", title="Sent in the window", of=whole),
        titles=TITLES,
        shares=(
            Measured(
                key="urgent-share",
                title="Urgent, of what was sent",
                unit=Unit.SHARE,
                of=share_of(one_of(MailColumn.URGENT), whole, fewest),
            ),
            Measured(
                key="sent-now-share",
                title="Sent now, of what was held",
                unit=Unit.SHARE,
                of=share_of(
                    one_of(MailColumn.SENT_NOW),
                    sum_of(MailColumn.WAITED, MailColumn.SENT_NOW),
                    fewest,
                ),
            ),
        ),
        by_people=frozenset({"sent", MailColumn.URGENT, "urgent-share"}),
        notes=(_SENDER,),
    )


def mail_sentences(run: Run, rule: str, seen: Mapping[str, Glance]) -> tuple[str, ...]:
    """Return how much was sent in the window, what became of it, and whether the rule watched."""
    month = f"{run.month.month:%B}"
    if seen["sent"].now is None:
        return (f"No mail was counted for {rule} in {month}.",)
    if not seen["sent"].told:
        return (f"There was too little mail in the window of {rule} to tell.",)
    sent = seen["sent"]
    copies = sent.count("copy", "copies")
    said = [f"In the window of {rule}, people sent {copies} of mail in {month}{sent.since(run)}."]
    became = [
        f"{number(one.now)} {_BECAME[column]}"
        for column in MailColumn
        if isinstance((one := seen[column]).now, int) and one.now
    ]
    if became:
        said.append(f"Of these, {names(became)}.")
    watched = watched_words(run, rule)
    return (*said, watched) if watched else tuple(said)


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
