"""Reload: everything that can fail first, then one swap of one reference."""

from collections.abc import Callable

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy
from policy_agent.agent.scope import DirectoryProblem, directory_of, put_scope, read_membership
from policy_agent.domain.rules import Rulebook
from policy_agent.rulebook.problems import RulebookError

log = structlog.get_logger()


def reload(context: AgentContext, read: Callable[[], Rulebook], moment: Moment) -> bool:
    """Read the rulebook and the teams anew; the last good ones stay when anything is wrong.

    Holds and releases are not touched: a promise stands whatever the rulebook says now.
    Returns whether the swap was made.
    """
    try:
        rulebook = read()
        membership = read_membership(context.people, rulebook)
    except RulebookError as broken:
        log.error("rulebook_refused", problems=str(broken).splitlines())  # noqa: TRY400  no trace
        return False
    except DirectoryProblem as unread:
        log.error("teams_not_read", problem=str(unread))  # noqa: TRY400  the text says it all
        return False
    put_scope(context, rulebook, membership, moment)
    context.current.policy = Policy(rulebook=rulebook, directory=directory_of(rulebook, membership))
    log.info("rulebook_loaded", hash=rulebook.hash[:12], rules=len(rulebook.rules))
    return True
