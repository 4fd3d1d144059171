"""Attaching photos and papers: what a file is says its content, never its name."""

import hashlib
import io
import unicodedata
import uuid
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from boshan_police.kernel import access as roles
from boshan_police.kernel import audit, clock
from boshan_police.kernel.errors import Conflict, Invalid, NotFound
from dispatch import access
from dispatch.models import Attachment, Incident
from dispatch.models.attachment import private_storage
from grid.models import User

from .act import act_on

MOST_BYTES = 20 * 1024 * 1024
MOST_FILES = 20
MOST_PIXELS = 60_000_000
"""More than any phone's camera makes; a small file that unfolds to more is an attack."""
LONGEST_SIDE = 2560
"""Photos are kept at this many pixels at most: enough to read a number plate, a tenth of the bytes."""
_PICTURES = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Checked:
    """A file that may be kept."""

    content: bytes
    kind: str
    suffix: str


def attachment_add(*, actor: User, number: str, upload: "UploadedFile[Any]") -> Attachment:
    """Attach `upload` to incident `number`: JPEG, PNG, WebP or PDF by content, at most 20 MB and 20 files.

    Invalid `file_too_large`, `file_type`, `file_broken`; Conflict `too_many_files`. A photo is drawn anew: no place,
    no device, no script of the sender's is left in it.
    """
    roles.require(actor, access.NOTE)
    name = _name(upload.name or "")
    checked = _check(upload)
    with act_on(number, actor=actor) as act:
        if act.incident.attachments.count() >= MOST_FILES:
            raise Conflict("too_many_files", _("An incident holds at most %s files.") % MOST_FILES)
        row = Attachment(
            incident=act.incident,
            name=name,
            kind=checked.kind,
            size=len(checked.content),
            sha256=hashlib.sha256(checked.content).hexdigest(),
            at=clock.now(),
            uploaded_by=actor,
        )
        own = f"{row.at:%Y/%m/%d}/{uuid.uuid4().hex}{checked.suffix}"
        row.path = private_storage().save(own, ContentFile(checked.content))
        row.save()
        act.say("attachment.added", {"name": name, "attachment": row.pk})
    return row


def attachment_open(*, actor: User, incident: Incident, key: int) -> Attachment:
    """The attachment, for somebody who sees the incident; the look is noted in the audit trail."""
    row = incident.attachments.filter(pk=key).first()
    if row is None or not private_storage().exists(row.path):
        raise NotFound("attachment_not_found", _("There is no such file."))
    audit.record(
        actor=actor,
        code="attachment.seen",
        target=incident.number,
        details={"file": row.pk, "name": row.name},
    )
    return row


def _name(given: str) -> str:
    """The last part of the name, without signs that hide or do something."""
    name = unicodedata.normalize("NFC", PurePath(given.replace("\\", "/")).name)
    clean = "".join(sign for sign in name if sign.isprintable() and sign not in '<>:"/|?*')
    return clean.strip(" .")[:100] or "file"


def _check(upload: "UploadedFile[Any]") -> Checked:
    if (upload.size or 0) > MOST_BYTES:
        raise Invalid("file_too_large", _("The file is larger than 20 MB."), field="file")
    content = upload.read()
    if content.startswith(b"%PDF-"):
        return Checked(content, "application/pdf", ".pdf")
    return _photo(content)


def _photo(content: bytes) -> Checked:
    """The picture of a photo, turned upright, as JPEG (or PNG where it was one)."""
    try:
        with Image.open(io.BytesIO(content), formats=_PICTURES) as image:
            if image.width * image.height > MOST_PIXELS:
                raise Invalid("file_too_large", _("The photo has too many pixels."), field="file")
            kind = "PNG" if image.format == "PNG" else "JPEG"
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            plain = upright.convert("RGBA" if kind == "PNG" else "RGB")
    except UnidentifiedImageError as error:
        raise Invalid(
            "file_type", _("Only photos (JPEG, PNG, WebP) and PDF can be attached."), field="file"
        ) from error
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise Invalid(
            "file_broken", _("The photo can't be opened; it may be damaged."), field="file"
        ) from error
    out = io.BytesIO()
    plain.save(out, kind, quality=85)
    return Checked(out.getvalue(), f"image/{kind.lower()}", ".png" if kind == "PNG" else ".jpg")
