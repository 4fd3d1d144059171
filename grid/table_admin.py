"""Tables in and out of the administration: a file is tried, looked at, and written whole or not at all."""

import json
import logging
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from django.contrib import messages
from django.core.cache import caches
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from boshan_police.kernel import clock
from boshan_police.kernel.answers import database_away
from boshan_police.kernel.errors import Conflict, DomainError, Invalid, NotFound
from boshan_police.kernel.guard import page
from boshan_police.kernel.spreadsheet import CSV, XLSX, Row, csv_file, read, xlsx_file

from .access import CONFIGURE
from .column import heading
from .configuration import ConfigurationAdmin
from .services.table import table_told, table_try, tried
from .table import Table
from .table_reading import Found

logger = logging.getLogger(__name__)
_KEPT_SECONDS = 3600
_LISTED = 500  # errors and changes a page shows; all are counted
LINES = "application/x-ndjson"
Work = Generator[int, None, str]


class TableAdmin(ConfigurationAdmin):
    """A table of configuration that also comes and goes as a file."""

    table: Table
    change_list_template = "admin/configuration/table_list.html"

    def get_urls(self) -> list[URLPattern]:
        name = f"{self.opts.app_label}_{self.opts.model_name}_table"
        guarded = page(CONFIGURE)
        return [
            path("table/", guarded(self.table_view), name=name),
            path("table/<str:token>/", guarded(self.preview_view), name=f"{name}_preview"),
            path("table.<str:ending>", guarded(self.file_view), name=f"{name}_file"),
            *super().get_urls(),
        ]

    def _url(self, page_name: str, *args: str) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page_name}", args=args)

    # --- Out -------------------------------------------------------------------------------------------

    def file_view(self, request: HttpRequest, ending: str) -> HttpResponse:
        """The whole table, with exactly the columns an import takes."""
        if ending not in {"xlsx", "csv"}:
            raise NotFound("not_found", _("There is no page at this address."))
        lines = self.table.lines(self.get_queryset(request).order_by(*self.get_ordering(request) or ["pk"]))
        title = str(self.opts.verbose_name_plural)
        content = xlsx_file(title, lines) if ending == "xlsx" else csv_file(lines)
        table_told(actor=request.user, office=self, request=request, act="exported", details={"rows": len(lines) - 1, "as": ending})  # fmt: skip
        day = clock.local(clock.now())
        name = f"{self.opts.model_name}-{day:%Y%m%d-%H%M}.{ending}"
        headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
        return HttpResponse(content, content_type=XLSX if ending == "xlsx" else CSV, headers=headers)

    # --- In --------------------------------------------------------------------------------------------

    def table_view(self, request: HttpRequest) -> HttpResponseBase:
        """What a file may hold, and where it is handed in."""
        if request.method == "POST":
            return self._answer(request, self._try(request))
        return self._page(request, "import")

    def preview_view(self, request: HttpRequest, token: str) -> HttpResponseBase:
        """What the file would do, its errors, or what it did."""
        kept = self._kept(request, token)
        if request.method == "POST":
            return self._answer(request, self._write(request, token), token)
        if not kept["done"] and kept["language"] != translation.get_language():
            kept["found"] = tried(self._steps(request, kept["rows"]))
            self._keep(request, token, kept)
        return self._preview(request, token, kept)

    def _steps(self, request: HttpRequest, rows: list[Row], **writing: Any) -> Generator[int, None, Found]:
        return table_try(actor=request.user, office=self, table=self.table, request=request, rows=rows, **writing)  # fmt: skip

    def _try(self, request: HttpRequest) -> Work:
        file = request.FILES.get("file")
        if file is None:
            raise Invalid("table_file", _("Choose a file."), field="file")
        rows = read(file, file.name or "", file.size or 0)
        yield 0
        kept: dict[str, Any] = {"name": (file.name or "")[:200], "rows": rows, "done": None, "notice": ""}
        kept["found"] = yield from self._steps(request, rows)
        token = secrets.token_urlsafe(16)
        self._keep(request, token, kept)
        return self._url("table_preview", token)

    def _write(self, request: HttpRequest, token: str) -> Work:
        with _claimed(token):
            kept = self._kept(request, token)
            if kept["done"] is not None:
                return self._url("table_preview", token)
            found: Found = kept["found"]
            try:
                written = yield from self._steps(request, kept["rows"], write=True, digest=found.digest, name=kept["name"])  # fmt: skip
            except Conflict as moved:
                kept["notice"] = str(moved.message)
                kept["found"] = yield from self._steps(request, kept["rows"])
                self._keep(request, token, kept)
                return self._url("table_preview", token)
            try:
                self._keep(
                    request,
                    token,
                    kept | {"done": written.counts, "notice": "", "rows": [], "found": Found()},
                )
            except RedisError:  # it is written all the same, and the list shows it
                logger.exception("the outcome of %s is not kept", kept["name"])
                messages.success(request, _("Written: %(added)s added, %(changed)s changed; %(same)s were the same already.") % written.counts)  # fmt: skip
                return self._url("changelist")
        return self._url("table_preview", token)

    # --- What is kept between the preview and the writing ------------------------------------------------

    def _keep(self, request: HttpRequest, token: str, kept: dict[str, Any]) -> None:
        owner = {"user": request.user.pk, "model": self.opts.label, "language": translation.get_language()}
        caches["previews"].set(f"table:{token}", {**kept, **owner}, _KEPT_SECONDS)

    def _kept(self, request: HttpRequest, token: str) -> dict[str, Any]:
        kept: dict[str, Any] = caches["previews"].get(f"table:{token}") or {}
        if kept.get("user") != request.user.pk or kept.get("model") != self.opts.label:
            raise NotFound("table_preview_over", _("This preview is over. Hand the file in again."))
        return kept

    # --- Answers -----------------------------------------------------------------------------------------

    def _answer(self, request: HttpRequest, work: Work, token: str = "") -> HttpResponseBase:
        """The work's outcome: a page, or its progress line by line to who asks for lines."""
        if LINES in request.headers.get("Accept", ""):
            headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
            return StreamingHttpResponse(_lines(work), content_type=LINES, headers=headers)
        try:
            return redirect(tried(work))
        except DomainError as error:
            if error.status in {403, 404}:
                raise
            return self._page(request, "import", status=error.status, problem=error)

    def _page(self, request: HttpRequest, name: str, status: int = 200, **context: Any) -> TemplateResponse:
        context |= {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Import: %(what)s") % {"what": self.opts.verbose_name_plural},
            "changelist": self._url("changelist"),
            "import_url": self._url("table"),
            "columns": [
                {"heading": heading(c), "hint": c.hint, "key": c.name in self.table.key, "inner": c not in self.table.columns}
                for c in self.table.all_columns
            ],
            "inner": self.table.inner.model._meta.verbose_name if self.table.inner else "",
            "files": [(ending, self._url("table_file", ending)) for ending in ("xlsx", "csv")],
        }  # fmt: skip
        return TemplateResponse(request, f"admin/configuration/table_{name}.html", context, status=status)

    def _preview(self, request: HttpRequest, token: str, kept: dict[str, Any]) -> TemplateResponse:
        found: Found = kept["found"]
        added = [change for change in found.changes if change.new]
        changed = [change for change in found.changes if not change.new]
        return self._page(
            request,
            "preview",
            kept=kept,
            here=self._url("table_preview", token),
            errors=found.errors[:_LISTED],
            error_count=len(found.errors),
            warnings=found.warnings[:_LISTED],
            warning_count=len(found.warnings),
            added=added[:_LISTED],
            added_count=len(added),
            changed=changed[:_LISTED],
            changed_count=len(changed),
            same=found.same,
            listed=_LISTED,
        )


@contextmanager
def _claimed(token: str) -> Iterator[None]:
    """One confirmation of a preview at a time: `Conflict` (`table_at_work`) for a second."""
    claim = f"table:{token}:claim"
    if not caches["previews"].add(claim, True, _KEPT_SECONDS):
        raise Conflict(
            "table_at_work", _("This file is being written already. Look at its list in a moment.")
        )
    try:
        yield
    finally:
        with suppress(RedisError):
            caches["previews"].delete(claim)


def _lines(work: Work) -> Iterator[bytes]:
    """`{"row": n}` … and `{"go": address}` or the error, a line each; in the language the request came in."""
    language = translation.get_language()
    with translation.override(language):
        try:
            while True:
                yield _line({"row": next(work)})
        except StopIteration as end:
            yield _line({"go": end.value})
        except DomainError as error:
            yield _line(error.as_json())
        except (InterfaceError, OperationalError):
            yield _line(database_away().as_json())


def _line(body: dict[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False).encode() + b"\n"
