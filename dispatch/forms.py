"""Forms of pages that work without script."""

import re
import unicodedata
import uuid
from datetime import datetime, time, timedelta
from typing import Any, cast
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from boshan_police.kernel import clock
from boshan_police.kernel.inputs import Phone, Text, Typed, TypedInstant
from dispatch.lifecycle import Status
from dispatch.models import Category, ShiftEntry
from dispatch.selectors.category import categories
from grid.coordinates import System, given_point
from grid.selectors.organisation import organisations

_NUMBER = re.compile(r"[-+]?\d{1,3}(?:\.\d+)?")
_WORDS = re.compile(r"北纬|东经|纬度|经度|latitude|longitude|lat|lng|lon|[ne°:=()\[\]]", re.IGNORECASE)
_SEPARATORS = str.maketrans("、;；", ",,,")


def read_point(text: str) -> tuple[float, float] | None:
    """(latitude, longitude) in degrees of a point as people write it, or None; the same rule as `intake_point.js`.

    Either order: a number beyond 90 can only be a longitude. Full-width digits, °, N, E, 北纬 and 东经 are understood.
    """
    clean = _WORDS.sub(" ", unicodedata.normalize("NFKC", text).translate(_SEPARATORS))
    if re.search(r"[^\d\s.,+-]", clean):
        return None
    numbers = [float(number) for number in _NUMBER.findall(clean)]
    if len(numbers) != 2:
        return None
    lat, lon = reversed(numbers) if abs(numbers[0]) > 90 else numbers
    return (lat, lon) if abs(lat) <= 90 and abs(lon) <= 180 else None


class IntakeForm(forms.Form):
    """A call as it is typed. `cleaned_data` fits `incident_file`; texts follow the API's rules."""

    category = forms.CharField(
        max_length=20,
        error_messages={
            "required": gettext_lazy("Choose a category: code, name or two letters of its pinyin.")
        },
    )
    priority = forms.TypedChoiceField(
        choices=[("", ""), *((level, level) for level in "1234")],
        coerce=int,
        empty_value=None,
        required=False,
    )
    address = Typed(Text(max_length=200), required=False)
    point = forms.CharField(max_length=80, required=False)
    system = forms.ChoiceField(
        required=False,
        choices=[
            ("", gettext_lazy("GPS (WGS-84)")),
            (System.GCJ02.value, gettext_lazy("Amap, Tencent (GCJ-02)")),
            (System.BD09.value, gettext_lazy("Baidu (BD-09)")),
        ],
    )
    summary = Typed(Text(max_length=2000, lines=True), required=False)
    caller_name = Typed(Text(max_length=40), required=False)
    caller_phone = Typed(Phone(), required=False)
    idempotency_key = forms.CharField(max_length=80)

    def clean_category(self) -> str:
        """The code, where a code, a name or a unique beginning of the initials was given."""
        given: str = self.cleaned_data["category"].strip()
        known = categories()
        if given in known:
            return given
        meant = [one.code for one in known.values() if given in {one.name, one.name_en, one.initials}]
        if len(meant) != 1:
            raise forms.ValidationError(_("There is no category “%s”.") % given)
        return meant[0]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        typed = data.pop("point", "").strip()
        system = data.pop("system", "") or System.WGS84
        if typed:
            point = read_point(typed)
            if point is None:
                self.add_error(
                    "point",
                    _("These are not coordinates. Write latitude and longitude, such as 36.49, 117.85."),
                )
            else:
                given = given_point(*point, system)
                data |= {"lat": given.lat, "lon": given.lon}
                data |= {"point_system": given.system, "point_given": given.text}
        return data


def new_intake() -> IntakeForm:
    """An empty form with a fresh idempotency key: posted twice, it files one incident."""
    return IntakeForm(initial={"idempotency_key": uuid.uuid4().hex})


class IncidentFilter(forms.Form):
    """The filters of the list of incidents, from the address of the page; what is not valid is left out."""

    SORTS = {"number": "id", "priority": "priority", "reported": "reported_at", "status": "status"}
    MANY = ("station", "group", "status", "priority")

    text = forms.CharField(required=False, max_length=60, label=gettext_lazy("Number, address or words"))
    open = forms.ChoiceField(
        required=False,
        label=gettext_lazy("Open or ended"),
        choices=[("", gettext_lazy("All")), ("1", gettext_lazy("Open")), ("0", gettext_lazy("Ended"))],
    )
    station = forms.MultipleChoiceField(
        required=False, label=gettext_lazy("Station"), widget=forms.CheckboxSelectMultiple
    )
    group = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Group"),
        choices=Category.Group.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    status = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("State"),
        choices=Status.choices,
        widget=forms.CheckboxSelectMultiple,
    )
    priority = forms.MultipleChoiceField(
        required=False,
        label=gettext_lazy("Priority"),
        choices=[(level, level) for level in "1234"],
        widget=forms.CheckboxSelectMultiple,
    )
    since = forms.DateField(required=False, label=gettext_lazy("From"))
    until = forms.DateField(required=False, label=gettext_lazy("To"))
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])
    dir = forms.ChoiceField(required=False, choices=[("up", "up"), ("down", "down")])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        station = cast(forms.MultipleChoiceField, self.fields["station"])
        station.choices = [(one.code, one.label) for one in organisations().stations]

    def wanted(self) -> dict[str, Any]:
        """What `incidents_matching` takes; days begin and end in the bureau's zone."""
        given = {key: value for key, value in self.cleaned_data.items() if value}
        wanted = {key: given[key] for key in (*self.MANY, "text") if key in given}
        if "open" in given:
            wanted["open"] = given["open"] == "1"
        if "since" in given:
            wanted["since"] = datetime.combine(given["since"], time.min, clock.zone())
        if "until" in given:
            wanted["until"] = datetime.combine(given["until"] + timedelta(days=1), time.min, clock.zone())
        return wanted

    def order(self) -> list[str]:
        """Columns to order by; the newest first unless chosen."""
        key = self.SORTS.get(self.cleaned_data.get("sort") or "number", "id")
        sign = "" if self.cleaned_data.get("dir") == "up" else "-"
        return [f"{sign}{key}"] if key == "id" else [f"{sign}{key}", "-id"]

    def query(self, **changes: Any) -> list[tuple[str, str]]:
        """The valid filters as pairs of an address; `changes` replace a key's values, None takes it out."""
        given = {**{key: value for key, value in self.cleaned_data.items() if value}, **changes}
        pairs = []
        for key, value in given.items():
            values = value if isinstance(value, list) else [value]
            pairs += [(key, str(one)) for one in values if one is not None]
        return pairs

    def chips(self) -> list[dict[str, str]]:
        """Each filter in force: what it says, and the address without it."""
        chips = []
        for key, field in self.fields.items():
            value = self.cleaned_data.get(key)
            if not value or key in {"sort", "dir"}:
                continue
            values = value if isinstance(value, list) else [value]
            names = dict(getattr(field, "choices", []))
            for one in values:
                rest = [other for other in values if other != one] or None
                label = f"{field.label}: {names.get(one, one)}"
                chips.append({"label": label, "query": urlencode(self.query(**{key: rest}))})
        return chips

    def columns(self) -> list[dict[str, str]]:
        """The table's heads: text, aria-sort, and the address that sorts by it."""
        chosen = self.cleaned_data.get("sort") or "number"
        up = self.cleaned_data.get("dir") == "up"
        heads = [
            ("number", _("Number")), ("priority", _("Priority")), ("", _("Category")), ("", _("What was said")),
            ("", _("Address")), ("", _("Station")), ("reported", _("Received")), ("status", _("State")),
        ]  # fmt: skip
        columns = []
        for key, text in heads:
            sorted_by = key == chosen
            turned = "down" if sorted_by and up else "up" if sorted_by else "down"
            columns.append(
                {
                    "text": text,
                    "sort": ("ascending" if up else "descending") if sorted_by else "none",
                    "query": urlencode(self.query(sort=key, dir=turned)) if key else "",
                }
            )
        return columns


class FollowUpForm(forms.Form):
    """One follow-up call as it is typed; `cleaned_data` fits `follow_up_record`."""

    number = forms.CharField(max_length=24)
    reached = forms.TypedChoiceField(choices=[("yes", ""), ("no", "")], coerce=lambda value: value == "yes")
    rating = forms.IntegerField(required=False)
    remark = Typed(Text(max_length=500, lines=True), required=False)


class ShiftEntryForm(forms.Form):
    """A line of the shift log. `cleaned_data` fits `entry_write`, which checks what belongs to which kind."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"),
        choices=ShiftEntry.Kind.choices,
        initial=ShiftEntry.Kind.REMARK,
        widget=forms.RadioSelect,
    )
    text = Typed(Text(max_length=500), label=gettext_lazy("What it is about"))
    due_at = TypedInstant(
        label=gettext_lazy("By when"),
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    holder = Typed(Text(max_length=60), label=gettext_lazy("Who has it"), required=False)
    number = Typed(Text(max_length=24), label=gettext_lazy("Incident"), required=False)


class ShiftEndForm(forms.Form):
    """How a promise or lent equipment ended."""

    outcome = Typed(Text(max_length=200), label=gettext_lazy("How it ended"), required=False)
