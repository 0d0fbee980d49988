"""Reload: everything that can fail first, then one swap of one reference.

SIGHUP, `POST /-/reload`, the hourly look at the teams and fresh holidays all come through here.
Releases need none of it: they go on whatever became of the last reload.
"""

from collections.abc import Callable

import structlog

from policy_agent.agent.context import AgentContext, Moment, Policy, Reloaded
from policy_agent.agent.scope import DirectoryProblem, directory_of, put_scope, read_membership
from policy_agent.domain.rules import Rulebook
from policy_agent.rulebook.problems import RulebookError
from policy_agent.store.problems import StoreProblem

log = structlog.get_logger()


def reload(context: AgentContext, read: Callable[[], Rulebook], moment: Moment) -> Reloaded:
    """Read the rulebook and the teams anew; the last good ones stay when anything is wrong.

    Holds and releases are not touched: a promise stands whatever the rulebook says now.
    What came of it is the answer, and stays in `current.last_reload`.
    """
    problems = _renew(context, read, moment)
    done = Reloaded(at=moment.now, success=not problems, problems=problems)
    context.current.reloaded(done)
    return done


def read_teams(context: AgentContext, moment: Moment) -> None:
    """Read the teams of the rulebook in force anew; no reload, and not reported as one.

    A rulebook that was refused stays refused in `current.last_reload` until somebody mends it.
    """
    _renew(context, lambda: context.current.policy.written, moment)


def _renew(context: AgentContext, read: Callable[[], Rulebook], moment: Moment) -> tuple[str, ...]:
    """Do everything that can fail, then swap; returns what was wrong, a line each."""
    try:
        rulebook = read()
        membership = read_membership(context.people, rulebook, context.service_mailbox)
        put_scope(context, rulebook, membership, moment)
    except RulebookError as broken:
        log.error("rulebook_refused", problems=str(broken).splitlines())  # noqa: TRY400  no trace
        return tuple(str(broken).splitlines())
    except DirectoryProblem as unread:
        log.error("teams_not_read", problem=str(unread))  # noqa: TRY400  the text says it all
        return tuple(str(unread).splitlines())
    except StoreProblem as broken:
        log.error("scope_not_written", problem=str(broken))  # noqa: TRY400  the text says it all
        return tuple(str(broken).splitlines())
    fresh = Policy(rulebook=rulebook, directory=directory_of(rulebook, membership))
    context.current.change(lambda before: fresh.with_run_time(before.run_time))
    log.info("rulebook_loaded", hash=rulebook.hash[:12], rules=len(rulebook.rules))
    return ()
