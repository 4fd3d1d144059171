"""…/attachments/: what may be kept, who may look, and what is left of a photo."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from boshan_police.kernel.models import AuditEntry
from dispatch.api.output import AttachmentOutput
from dispatch.models import Attachment

from .conftest import assert_shape


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.ATTACHMENT_ROOT = tmp_path


def photo(kind="JPEG", size=(60, 40), **extra):
    out = io.BytesIO()
    Image.new("RGB", size, "navy").save(out, kind, **extra)
    return out.getvalue()


def send(client, incident, content, name="door.jpg"):
    return client.post(
        f"/api/incidents/{incident.number}/attachments/", {"file": SimpleUploadedFile(name, content)}
    )


def test_a_photo_is_drawn_anew_without_place_or_device(api, world, file):
    incident = file()
    exif = Image.Exif()
    exif[0x010F] = "A phone"
    exif.get_ifd(0x8825)[2] = (36.0, 30.0, 0.0)
    client = api(world.east_officer)
    response = send(client, incident, photo(exif=exif), "../../门口<1>.jpg")
    assert response.status_code == 201
    (row,) = response.json()["results"]
    assert_shape(row, AttachmentOutput)
    assert (row["name"], row["kind"], row["by"]) == ("门口1.jpg", "image/jpeg", "李青")
    got = client.get(row["url"])
    kept = b"".join(got.streaming_content)
    with Image.open(io.BytesIO(kept)) as image:
        assert image.size == (60, 40)
        assert not image.getexif()
    assert got["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in got["Content-Security-Policy"]
    assert got["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.get(code="attachment.seen").actor == world.east_officer
    assert incident.timeline.get(code="attachment.added").data["name"] == "门口1.jpg"


def test_a_pdf_is_handed_out_as_a_download(api, world, file):
    incident = file()
    client = api(world.dispatcher)
    (row,) = send(client, incident, b"%PDF-1.7\n%%EOF", "paper.jpg").json()["results"]
    assert row["kind"] == "application/pdf"  # by its content, whatever its name says
    assert client.get(row["url"])["Content-Disposition"].startswith("attachment")


def _zip():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "a")
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"<script>alert(1)</script>", "file_type"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", "file_type"),
        (b"GIF89a<script>1</script>", "file_type"),
        (_zip(), "file_type"),
        (b"", "file_type"),
        (photo()[:200], "file_broken"),
        (photo(size=(9000, 9000)), "file_too_large"),
    ],
    ids=["script", "svg", "gif", "zip", "empty", "half", "unfolds"],
)
def test_what_is_no_photo_is_refused_and_leaves_nothing(api, world, file, tmp_path, content, code):
    incident = file()
    error = send(api(world.dispatcher), incident, content).json()["error"]
    assert (error["code"], error["field"]) == (code, "file")
    assert not Attachment.objects.exists()
    assert not [path for path in Path(tmp_path).rglob("*") if path.is_file()]


def test_a_script_behind_a_photo_is_not_kept(api, world, file):
    incident = file()
    client = api(world.dispatcher)
    (row,) = send(client, incident, photo() + b"<script>alert(1)</script>").json()["results"]
    assert b"script" not in b"".join(client.get(row["url"]).streaming_content)


def test_a_large_body_is_not_read(api, world, file):
    response = send(api(world.dispatcher), file(), b"%PDF-" + bytes(21 * 1024 * 1024))
    assert response.status_code == 413


def test_at_most_twenty(api, world, file, monkeypatch):
    monkeypatch.setattr("dispatch.services.attachment.MOST_FILES", 1)
    incident = file()
    client = api(world.dispatcher)
    assert send(client, incident, photo()).status_code == 201
    assert send(client, incident, photo()).json()["error"]["code"] == "too_many_files"


def test_without_a_file(api, world, file):
    response = api(world.dispatcher).post(f"/api/incidents/{file().number}/attachments/", {})
    assert (response.status_code, response.json()["error"]["field"]) == (400, "file")


def test_who_may(api, world, file):
    incident = file()
    (row,) = send(api(world.dispatcher), incident, photo()).json()["results"]
    assert send(api(world.east_grid), incident, photo()).status_code == 403
    assert send(api(world.south_officer), incident, photo()).status_code == 404
    assert api(world.south_officer).get(row["url"]).status_code == 404
    assert api(world.dispatcher).get(row["url"].replace(f"/{row['id']}/", "/999999/")).status_code == 404
    assert api(None).get(row["url"]).status_code == 401
