"""By e-mail, through the bureau's own mail server (`EMAIL_URL`)."""

import smtplib

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from grid.models import Contact

from .message import Message, NotNow, Refusal

_BOUNDED = {"django.core.mail.backends.smtp.EmailBackend": "dispatch.couriers.smtp.EmailBackend"}


def by_email(contact: Contact, message: Message) -> None:
    """Hand `message` to the mail server; its word is all that is known of what follows."""
    body = "\n\n".join(part for part in (message.text, message.url) if part)
    mail = EmailMessage(
        message.title,
        body,
        to=[contact.address],
        headers={"Message-ID": f"<{message.key}@boshan>"},
        connection=get_connection(_BOUNDED.get(settings.EMAIL_BACKEND)),
    )
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code = next(iter(error.recipients.values()))[0]
        if code < 500:
            raise NotNow(f"SMTP {code}") from error
        raise Refusal(f"SMTP {code}") from error
    except smtplib.SMTPResponseException as error:
        raise NotNow(f"SMTP {error.smtp_code}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise NotNow(type(error).__name__) from error
    except ValueError as error:  # a line end in the address: somebody tried to add headers
        raise Refusal("bad address") from error
