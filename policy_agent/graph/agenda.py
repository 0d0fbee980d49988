"""Whether an invitation says anything about its meeting: a yes or a no is all that is kept.

The service puts a block of its own behind what the organiser wrote: a line of underscores, the
name of the meeting service, links, numbers to dial. An invitation that holds nothing else has no
agenda. What it looks like is seen in invitations, and described nowhere; a few words in front of
such a block count, so that a wrong guess errs on the side of the organiser.
"""

import re

# Where the service's own block begins. Teams writes it in the organiser's language.
_BLOCK = re.compile(
    r"""
    _{8,}                                               # a line drawn before it
    | (?:\bcyfarfod\s+)?\bmicrosoft\s+teams\s+(?:meeting\b|need\s+help)
    | \bcyfarfod\s+(?:ar\s+)?microsoft\s+teams\b
    | \bjoin\s+(?:microsoft\s+teams|zoom|webex|skype)\s+meeting\b
    | \bjoin\s+(?:on\s+your\s+computer|the\s+meeting\s+now)\b
    | \bclick\s+here\s+to\s+join\b
    | \bcliciwch\s+yma\s+i\s+ymuno\b
    | \bymuno\s+(?:â.r\s+cyfarfod|ar\s+eich\s+cyfrifiadur)
    | \b(?:or\s+call\s+in|dial[\s-]?in|dial\s+by\s+(?:phone|your\s+location)|deialu)\b
    | \b(?:meeting\s+id|id\s+y\s+cyfarfod|passcode|cod\s+(?:pas|mynediad))\s*:
    | https?://(?:[\w-]+\.)*(?:teams\.(?:microsoft|live)\.com|zoom\.us|webex\.com|meet\.google\.com)
    | ^[\s<(]*\+\d[\d\s()-]{7,}                         # a number to dial, first on its line
    | ^[^\n]*\bis\s+inviting\s+you\s+to\s+a\s+scheduled\s+zoom\s+meeting
    | ^\W*microsoft\s+teams\W*$                         # the name alone on its line
    """,
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)


def has_agenda(preview: object, has_attachments: object) -> bool:
    """Say whether an organiser wrote anything, from an event's `bodyPreview`, or attached it.

    The preview is the first 255 characters of the text
    (https://learn.microsoft.com/en-us/graph/api/resources/event). Letters and figures count,
    blanks and drawn lines do not.
    """
    if has_attachments is True:
        return True
    text = preview if isinstance(preview, str) else ""
    block = _BLOCK.search(text)
    own = text if block is None else text[: block.start()]
    return any(letter.isalnum() for letter in own)


__all__ = ["has_agenda"]
