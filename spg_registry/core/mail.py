"""Mail, when the operator named a server. Sent after the commit and outside of any transaction: a
letter that does not go out loses nothing, and whoever waits for it is told another way."""

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage

from spg_registry.core.config import Settings, settings

_PATIENCE = 20
log = logging.getLogger("spg_registry.mail")


@dataclass(frozen=True)
class Letter:
    to: str
    subject: str
    text: str = field(repr=False)


def is_possible(chosen: Settings | None = None) -> bool:
    return bool((chosen or settings()).smtp_host)


def send(letter: Letter) -> bool:
    """Whether the server took it. A failure is a line in the log, without the letter's text."""
    chosen = settings()
    message = EmailMessage()
    message["From"] = chosen.smtp_sender or f"registro@{chosen.host.partition(':')[0]}"
    message["To"] = letter.to
    message["Subject"] = letter.subject
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    try:
        _hand_over(chosen, message)
    except (OSError, smtplib.SMTPException) as failure:
        log.warning("mail was not taken: %s", type(failure).__name__)
        return False
    return True


def _hand_over(chosen: Settings, message: EmailMessage) -> None:
    context, host = ssl.create_default_context(), chosen.smtp_host or "localhost"
    server: smtplib.SMTP
    if chosen.smtp_security == "tls":
        server = smtplib.SMTP_SSL(host, chosen.smtp_port, timeout=_PATIENCE, context=context)
    else:
        server = smtplib.SMTP(host, chosen.smtp_port, timeout=_PATIENCE)
    with server:
        if chosen.smtp_security == "starttls":
            server.starttls(context=context)
        if chosen.smtp_user and chosen.smtp_password:
            server.login(chosen.smtp_user, chosen.smtp_password.get_secret_value())
        server.send_message(message)
