"""Letters as the service takes them: whole messages in MIME.

Made so, a message has both an HTML and a plain-text part; JSON allows one of them. Sources:
https://learn.microsoft.com/en-us/graph/outlook-send-mime-message,
https://learn.microsoft.com/en-us/graph/api/user-post-messages. The limit is 4 MB, and is one of the
request: https://github.com/microsoftgraph/microsoft-graph-docs/issues/13979 got a success without a
message where attachments had 2,240 kB, which in base64 twice is just over 4 MB.

A letter's `Message-ID` is made of its key. Graph shows it as `internetMessageId` of the draft, by
which the draft is found again. Nobody's automatic reply is asked for:
https://learn.microsoft.com/en-us/openspecs/exchange_server_protocols/ms-oxcmail/ced68690-498a-4567-9d14-5c01f974d8b1.
"""

import base64
import hashlib
import re
from email.errors import HeaderParseError
from email.message import EmailMessage
from email.policy import SMTP
from typing import Final

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.notes import ATTACHED_AT_MOST, Letter

KIND_HEADER: Final = "x-policy-agent"
_HOST: Final = "policy-agent."
_UNFOLDED: Final = SMTP.clone(max_line_length=400)  # a Message-ID stays on one line
_KEY_LENGTH: Final = 40
_OURS: Final = re.compile(rf"<[0-9a-f]{{{_KEY_LENGTH}}}@{re.escape(_HOST)}[^>]+>")

LARGEST: Final = 4_000_000  # bytes of a request; nobody says whether a MB is 1,048,576 of them

_NO_ADDRESS: Final = CallFailure(kind="refused", what="draft: an address that no header can hold")


def message_id(key: str, mailbox: str) -> str:
    """Return the Message-ID of the letter with that key, out of the mailbox of that address."""
    name = hashlib.sha256(key.encode()).hexdigest()[:_KEY_LENGTH]
    return f"<{name}@{_HOST}{mailbox.rpartition('@')[2].lower()}>"


def is_letter(internet_message_id: str) -> bool:
    """Say whether that is the Message-ID of one of our letters."""
    return _OURS.fullmatch(internet_message_id) is not None


def in_mime(letter: Letter, mailbox: str) -> str | CallFailure:
    """Return the request body of a draft: the whole message in base64.

    An address that no header can hold is `refused`, and so is what is too large to be sent.
    """
    if not letter.to.isascii():
        return _NO_ADDRESS
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = mailbox
        message["To"] = letter.to
        message["Subject"] = " ".join(letter.subject.split())
    except (HeaderParseError, IndexError, ValueError):
        return _NO_ADDRESS
    message["Message-ID"] = message_id(letter.key, mailbox)
    message[KIND_HEADER] = str(letter.kind)
    message["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    message.set_content(letter.text)
    message.add_alternative(letter.html, subtype="html")
    for one in letter.attachments:
        kind, _, subtype = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=kind, subtype=subtype, filename=one.name)
    body = base64.b64encode(message.as_bytes(policy=_UNFOLDED)).decode("ascii")
    if len(body) > LARGEST:
        return CallFailure(
            kind="refused",
            what=f"draft: the message has {len(body):,} bytes in base64, and Graph takes 4 MB; "
            f"attach at most {ATTACHED_AT_MOST:,} bytes",
        )
    return body


__all__ = ["KIND_HEADER", "LARGEST", "in_mime", "is_letter", "message_id"]
