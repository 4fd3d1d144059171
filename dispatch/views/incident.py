"""Pages of incidents: taking one in, the list, one incident."""

import csv
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boshan_police.kernel import clock
from boshan_police.kernel.errors import DomainError
from boshan_police.kernel.guard import page
from boshan_police.kernel.rendering import to_json
from dispatch import access
from dispatch.forms import IncidentFilter, IntakeForm, new_intake
from dispatch.lifecycle import ASSIGNMENT_MOVES, INCIDENT_MOVES, OPEN, Stage, Status
from dispatch.selectors.category import categories
from dispatch.selectors.delivery import told_words
from dispatch.selectors.incident import (
    attachment_rows,
    incident_detail,
    incident_seen_by,
    incidents_matching,
    timeline_rows,
)
from dispatch.services.incident import incident_file
from grid.access import ENTER_HAZARD
from grid.selectors.area_name import area_names
from grid.selectors.organisation import organisations

ROWS_A_PAGE = 50
CSV_MOST = 10_000
"""Rows in one CSV file; a longer list is to be narrowed by its filters."""


# --- Taking in ---------------------------------------------------------------------------------------


@page(access.FILE_INCIDENT)
def incident_new(request: HttpRequest) -> HttpResponse:
    """The intake form as a page of its own; a plain form post files the incident."""
    form = IntakeForm(request.POST) if request.method == "POST" else new_intake()
    if request.method == "POST" and form.is_valid():
        try:
            filed = incident_file(actor=request.user, **form.cleaned_data)
        except DomainError as error:
            field = {"lat": "point", "lon": "point"}.get(error.field or "", error.field)
            form.add_error(field if field in form.fields else None, str(error.message))
        else:
            messages.success(request, _("Saved %s") % filed.incident.short_number)
            return redirect("incident_detail", number=filed.incident.number)
    status = 400 if request.method == "POST" else 200
    return render(
        request, "dispatch/incident_intake.html", {"form": form, "categories": _choices()}, status=status
    )


def _choices() -> list[tuple[str, str]]:
    return [(code, kind.label) for code, kind in sorted(categories().items()) if kind.active]


@page(access.FILE_INCIDENT)
def incident_place_names(request: HttpRequest) -> HttpResponse:
    """Stations, communities and grids with a point inside each, for the type-ahead of an address. JSON list."""
    labels = organisations()
    rows = [
        {
            "name": place.name,
            "initials": place.initials,
            "lat": place.lat,
            "lon": place.lon,
            "kind": place.kind,
            "station": place.station,
            "station_label": labels.label(place.station),
        }
        for place in area_names()
    ]
    answer = JsonResponse(rows, safe=False)
    answer["Cache-Control"] = "private, max-age=300"
    return answer


# --- One incident ----------------------------------------------------------------------------------------


@page(access.SEE_INCIDENT)
def incident_page(request: HttpRequest, number: str) -> HttpResponse:
    """One incident: facts, steps, crews, story. `?part` answers the part that a live change replaces."""
    incident = incident_seen_by(request.user, number)
    detail = incident_detail(request.user, incident)
    category = categories()[incident.category_id]
    title = _title(incident.summary) or category.label
    context = {
        "incident": incident,
        "detail": detail,
        "category": category,
        "station": organisations().label(incident.station_id),
        "status": Status(incident.status).label,
        "priority": _PRIORITY[incident.priority],
        "open": incident.status in OPEN,
        "steps": _steps(detail["times"], incident.status),
        "files": attachment_rows(incident),
        "told": told_words(incident),
        "timeline": timeline_rows(incident)[::-1],
        "printed_at": clock.now(),
        "title": title,
        "rest": incident.summary.strip() != title,
        "may": {
            "place": access.SEE_PLACE_HISTORY.allows(request.user),
            "hazard": ENTER_HAZARD.allows(request.user),
        },
        "here_json": to_json(
            {key: detail[key] for key in ("number", "lat", "lon", "address", "hazards")}
        ).decode(),
        "row_json": to_json({key: detail[key] for key in _TICKING}).decode(),
    }
    template = "partials/_incident_detail.html" if "part" in request.GET else "incident_detail.html"
    return render(request, f"dispatch/{template}", context)


_TICKING = ("number", "version", "priority", "stage", "stage_since", "limit_at", "escalation")
"""What the browser needs to count the seconds."""

_SENTENCE = re.compile(r"[^。！？!?\n]{4,}?(?=[。！？!?\n]|\.\s|$)")


def _title(summary: str) -> str:
    """The first sentence of what was said, as the heading; the same rule as `board_row.js`."""
    first = _SENTENCE.match(summary.strip())
    return first[0] if first else summary.strip()


_WAY = (
    ("dispatch", "dispatched_at"),
    ("accept", "accepted_at"),
    ("depart", "departed_at"),
    ("arrive", "arrived_at"),
    ("report", "reported_back_at"),
)
_PRIORITY = {1: gettext_lazy("Priority 1"), 2: gettext_lazy("Priority 2"), 3: gettext_lazy("Priority 3"),
             4: gettext_lazy("Priority 4")}  # fmt: skip


def _steps(times: dict[str, Any], status: str) -> list[dict[str, Any]]:
    """The way from the call to the end: name, time, and whether it is done, next or to come."""
    moves = {**ASSIGNMENT_MOVES, **INCIDENT_MOVES}
    ended = Status(status).label if status in {Status.CANCELLED, Status.INVALID} else moves["close"].text
    steps: list[dict[str, Any]] = [
        {"name": _("Received"), "at": times["reported_at"]},
        *({"name": moves[verb].text, "at": times[key]} for verb, key in _WAY),
        {"name": ended, "at": times["closed_at"]},
    ]
    waiting = next((step for step in steps if step["at"] is None), None)
    for step in steps:
        step["state"] = "done" if step["at"] else "next" if step is waiting and status in OPEN else "open"
    return steps


# --- The list -----------------------------------------------------------------------------------------------


@page(access.SEE_INCIDENT)
def incident_list(request: HttpRequest) -> HttpResponseBase:
    """All incidents in one's scope, newest first, filtered, sorted, 50 a page; `?csv` answers them as a file."""
    form = IncidentFilter(request.GET)
    form.is_valid()
    found = incidents_matching(request.user, form.wanted()).order_by(*form.order())
    found = found.defer("caller_name", "caller_phone")
    if "csv" in request.GET:
        return _csv(found[:CSV_MOST])
    shown = Paginator(found, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "many": [form[name] for name in form.MANY],
        "chips": form.chips(),
        "page": shown,
        "rows": [_row(incident) for incident in shown],
        "columns": form.columns(),
        "query": urlencode(form.query()),
        "csv_most": CSV_MOST,
    }
    return render(request, "dispatch/incident_list.html", context)


def _row(incident: Any) -> dict[str, Any]:
    return {
        "incident": incident,
        "category": categories()[incident.category_id].label,
        "station": organisations().label(incident.station_id),
        "status": Status(incident.status).label,
        "stage": Stage(incident.stage).label if incident.stage else "",
        "open": incident.status in OPEN,
    }


def _csv(incidents: Any) -> StreamingHttpResponse:
    """The list as CSV, UTF-8 with a mark for spreadsheets; no personal data."""
    zone = clock.zone()
    head = [_("Number"), _("Received"), _("Priority"), _("Category"), _("What was said"), _("Address"),
            _("Station"), _("State"), _("On scene"), _("Closed"), _("Outcome")]  # fmt: skip

    def moment(at: Any) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}" if at else ""

    def lines() -> Iterator[list[Any]]:
        yield head
        for incident in incidents.iterator(chunk_size=500):
            row = _row(incident)
            yield [incident.number, moment(incident.reported_at), incident.priority, row["category"],
                   incident.summary, incident.address, row["station"], row["status"],
                   moment(incident.arrived_at), moment(incident.closed_at), incident.outcome]  # fmt: skip

    writer = csv.writer(_Echo())
    answer = StreamingHttpResponse(
        ("\ufeff" * (index == 0) + writer.writerow([_safe(cell) for cell in line]) for index, line in enumerate(lines())),
        content_type="text/csv; charset=utf-8",
    )  # fmt: skip
    answer["Content-Disposition"] = f'attachment; filename="incidents-{clock.local_day(clock.now())}.csv"'
    return answer


def _safe(cell: Any) -> Any:
    """What begins like a formula is kept from being one in a spreadsheet."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell


class _Echo:
    """A file that gives back what is written, so that rows stream."""

    def write(self, value: str) -> str:
        return value
