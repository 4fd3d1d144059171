"""The change of watch 交接班: the log of the watch, its hand-over sheet, and the two signatures. Works without script."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import ensure_csrf_cookie

from boshan_police.kernel import clock
from boshan_police.kernel.access import CENTRE
from boshan_police.kernel.errors import DomainError, Invalid, NotFound, Refused
from boshan_police.kernel.guard import page
from dispatch import access
from dispatch.forms import ShiftEndForm, ShiftEntryForm
from dispatch.selectors import shift as shifts
from dispatch.selectors.shift_sheet import hand_over_sheet, read_sheet
from dispatch.services.shift import entry_done, entry_write, watch_sign_in, watch_sign_out
from grid.selectors.organisation import organisations


@page(access.SEE_WATCHES)
@ensure_csrf_cookie
def shift_page(request: HttpRequest) -> HttpResponse:
    """The watch that runs and the sheets that wait. A post writes a line, ends one, or signs; `?part` answers what changes."""
    form = ShiftEntryForm(request.POST if request.POST.get("act") == "write" else None)
    error: DomainError | None = None
    if request.method == "POST":
        try:
            done = _act(request, form)
        except Refused:
            raise  # answered, and noted in the audit trail, as everywhere
        except DomainError as refused:
            error = refused
            if form.is_bound:
                form.add_error(refused.field if refused.field in form.fields else None, str(refused.message))
        else:
            if done:
                messages.success(request, done)
                return redirect("shifts")
    of = _organisation(request)
    context = {"form": form, "error": None if form.is_bound else error, **_context(request, of)}
    template = "partials/_shift_log.html" if "part" in request.GET else "shift_page.html"
    return render(request, f"dispatch/{template}", context, status=_status(form, error))


def _status(form: ShiftEntryForm, error: DomainError | None) -> int:
    return error.status if error else 400 if form.errors else 200


def _organisation(request: HttpRequest) -> str:
    """Whose log: one's own, or for the centre that of `?of=`, a code."""
    code = request.GET.get("of") or request.user.organisation_id
    if code not in organisations().by_code or not access.may_see_watches_of(request.user, code):
        raise NotFound("not_found", _("There is no such watch."))
    return code


def _act(request: HttpRequest, form: ShiftEntryForm) -> str:
    """Do what was posted and say so; empty where the form has errors."""
    given, actor = request.POST, request.user
    if given.get("act") == "write":
        if form.is_valid():
            entry_write(actor=actor, **form.cleaned_data)
            return _("Written in the log.")
        return ""
    if given.get("act") == "done":
        entry_done(actor=actor, entry=_key(given.get("entry")), outcome=_outcome(given))
        return _("Ended in the log.")
    if given.get("act") == "sign_out":
        watch_sign_out(actor=actor, watch=_key(given["watch"]) if given.get("watch") else None)
        return _("You have signed. The sheet is frozen; the incoming commander signs next.")
    watch = watch_sign_in(actor=actor, watch=_key(given.get("watch")))
    return _("You have taken the watch over from %(name)s.") % {"name": watch.signed_out_by}


def _outcome(given: QueryDict) -> str:
    end = ShiftEndForm(given)
    if end.is_valid():
        outcome: str = end.cleaned_data["outcome"]
        return outcome
    said = f"{end['outcome'].label}: {end.errors['outcome'][0]}"
    raise Invalid("invalid", said, field="outcome")


def _key(text: str | None) -> int:
    if text and text.isascii() and text.isdecimal() and len(text) < 19:
        return int(text)
    raise Invalid("not_found", _("There is no such watch."))


def _context(request: HttpRequest, of: str) -> dict[str, Any]:
    now = clock.now()
    watch = shifts.open_watch(of)
    past = shifts.past_watches(of)
    log = shifts.read_log(watch)
    own = of == request.user.organisation_id
    lines = [{"at": row["written_at"], "entry": row} for row in log.entries]
    lines += [{"at": row["at"], "fact": row} for row in shifts.facts(watch, now)]
    return {
        "of": of,
        "own": own,
        "stations": organisations().stations if request.user.role in CENTRE else (),
        "centre": request.user.organisation if request.user.role in CENTRE else None,
        "watch": watch,
        "missing": shifts.overdue(watch, now),
        "lines": sorted(lines, key=lambda line: line["at"], reverse=True),
        "more": log.more,
        "sheet": hand_over_sheet(watch, now, log),
        "waiting": [{"watch": row, "missing": shifts.overdue(row, now)} for row in past if not row.signed_in_at],
        "past": past,
        "may_write": own and access.WRITE_LOG.allows(request.user),
        "may_sign": own and access.SIGN_WATCH.allows(request.user),
        "now": now,
    }  # fmt: skip


@page(access.SEE_WATCHES)
def shift_sheet(request: HttpRequest, key: int | None = None) -> HttpResponse:
    """One hand-over sheet, to be read and printed: as it was signed, or of the watch that runs as it stands."""
    watch = shifts.watch_seen_by(request.user, key) if key else shifts.open_watch(_organisation(request))
    now = clock.now()
    sheet = read_sheet(watch.sheet) if watch.sheet else hand_over_sheet(watch, now)
    context = {
        "watch": watch,
        "sheet": sheet,
        "missing": shifts.overdue(watch, now),
        "may_sign": access.SIGN_WATCH.allows(request.user)
        and watch.organisation_id == request.user.organisation_id,
        "now": now,
    }
    return render(request, "dispatch/shift_sheet.html", context)
