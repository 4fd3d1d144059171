"""API addresses of `dispatch`. Incidents are addressed by their number, assignments by their id."""

from django.urls import path, register_converter

from dispatch.lifecycle import ASSIGNMENT_MOVES

from . import (
    assignment,
    attachment,
    board,
    caller,
    category,
    delivery,
    figures,
    incident,
    mention,
    place,
    recommendation,
    rewind,
    shift,
    shift_log,
    unit,
    verbs,
)


class NumberConverter:
    """An incident's number: division, day, serial."""

    regex = "[0-9]{15,24}"

    def to_python(self, value: str) -> str:
        return value

    to_url = to_python


class VerbConverter(NumberConverter):
    """A step of an assignment."""

    regex = "|".join(ASSIGNMENT_MOVES)


register_converter(NumberConverter, "number")
register_converter(VerbConverter, "step")

_ONE = "incidents/<number:number>/"

urlpatterns = [
    path("board/", board.BoardView.as_view(), name="api-board"),
    path("board/at/", rewind.BoardAtView.as_view(), name="api-board-at"),
    path("board/moments/", rewind.MomentsView.as_view(), name="api-board-moments"),
    path("incidents/", incident.IncidentsView.as_view(), name="api-incidents"),
    path("mentions/", mention.MentionsView.as_view(), name="api-mentions"),
    path("mentions/seen/", mention.MentionsSeenView.as_view(), name="api-mentions-seen"),
    path("shifts/", shift_log.WatchView.as_view(), name="api-shifts"),
    path("shifts/entries/", shift_log.EntriesView.as_view(), name="api-shift-entries"),
    path("shifts/entries/<int:key>/done/", shift_log.EntryDoneView.as_view(), name="api-shift-entry-done"),
    path("shifts/sign-out/", shift_log.SignOutView.as_view(), name="api-shift-sign-out"),
    path("shifts/<int:key>/", shift_log.SheetView.as_view(), name="api-shift-sheet"),
    path("shifts/<int:key>/sign-in/", shift_log.SignInView.as_view(), name="api-shift-sign-in"),
    path("incidents/similar/", caller.SimilarView.as_view(), name="api-incidents-similar"),
    path(_ONE, incident.IncidentView.as_view(), name="api-incident"),
    path(f"{_ONE}callers/", caller.CallersView.as_view(), name="api-incident-callers"),
    path(f"{_ONE}events/", incident.EventsView.as_view(), name="api-incident-events"),
    path(f"{_ONE}claim/", verbs.ClaimView.as_view(), name="api-incident-claim"),
    path(f"{_ONE}close/", verbs.CloseView.as_view(), name="api-incident-close"),
    path(f"{_ONE}cancel/", verbs.CancelView.as_view(), name="api-incident-cancel"),
    path(f"{_ONE}invalidate/", verbs.InvalidateView.as_view(), name="api-incident-invalidate"),
    path(f"{_ONE}reopen/", verbs.ReopenView.as_view(), name="api-incident-reopen"),
    path(f"{_ONE}take-over/", verbs.TakeOverView.as_view(), name="api-incident-take-over"),
    path(f"{_ONE}seen/", verbs.SeenView.as_view(), name="api-incident-seen"),
    path(f"{_ONE}notes/", verbs.NotesView.as_view(), name="api-incident-notes"),
    path(f"{_ONE}names/", mention.NamesView.as_view(), name="api-incident-names"),
    path(f"{_ONE}reveal/", verbs.RevealView.as_view(), name="api-incident-reveal"),
    path(f"{_ONE}reinforce/", shift.ReinforceView.as_view(), name="api-incident-reinforce"),
    path(
        f"{_ONE}reinforce/decline/",
        shift.DeclineReinforcementView.as_view(),
        name="api-incident-reinforce-decline",
    ),
    path(f"{_ONE}preempt/", shift.PreemptView.as_view(), name="api-incident-preempt"),
    path(f"{_ONE}hand-over/", shift.HandOverView.as_view(), name="api-incident-hand-over"),
    path(
        f"{_ONE}hand-over/accept/", shift.AcceptHandoverView.as_view(), name="api-incident-hand-over-accept"
    ),
    path(
        f"{_ONE}hand-over/decline/",
        shift.DeclineHandoverView.as_view(),
        name="api-incident-hand-over-decline",
    ),
    path(f"{_ONE}merge/", shift.MergeView.as_view(), name="api-incident-merge"),
    path(f"{_ONE}split/", shift.SplitView.as_view(), name="api-incident-split"),
    path(f"{_ONE}follow-up/", shift.FollowUpView.as_view(), name="api-incident-follow-up"),
    path("follow-ups/", shift.FollowUpsView.as_view(), name="api-follow-ups"),
    path(f"{_ONE}snooze/", delivery.SnoozeView.as_view(), name="api-incident-snooze"),
    path(f"{_ONE}shown/", delivery.ShownView.as_view(), name="api-incident-shown"),
    path(f"{_ONE}played/", rewind.PlayedView.as_view(), name="api-incident-played"),
    path(f"{_ONE}told/", delivery.ToldView.as_view(), name="api-incident-told"),
    path("deliveries/<uuid:key>/receipt/", delivery.ReceiptView.as_view(), name="api-receipt"),
    path("contacts/browsers/", delivery.BrowsersView.as_view(), name="api-browsers"),
    path("contacts/browsers/<int:key>/", delivery.BrowserView.as_view(), name="api-browser"),
    path("contacts/<int:key>/try/", delivery.TrialView.as_view(), name="api-contact-try"),
    path(f"{_ONE}place/", place.IncidentPlaceView.as_view(), name="api-incident-place"),
    path(f"{_ONE}recommendation/", recommendation.RecommendationView.as_view(), name="api-recommendation"),
    path(f"{_ONE}preview/", recommendation.PreviewView.as_view(), name="api-preview"),
    path(f"{_ONE}assignments/", assignment.AssignmentsView.as_view(), name="api-assignments"),
    path(
        f"{_ONE}assignments/<int:assignment>/<step:verb>/",
        assignment.StepView.as_view(),
        name="api-assignment-step",
    ),
    path(f"{_ONE}attachments/", attachment.AttachmentsView.as_view(), name="api-attachments"),
    path(f"{_ONE}attachments/<int:key>/", attachment.AttachmentView.as_view(), name="api-attachment"),
    path("places/search/", place.PlaceSearchView.as_view(), name="api-places-search"),
    path("places/history/", place.PlaceHistoryView.as_view(), name="api-places-history"),
    path("categories/", category.CategoriesView.as_view(), name="api-categories"),
    path("figures/today/", figures.TodayView.as_view(), name="api-figures-today"),
    path("units/", unit.UnitsView.as_view(), name="api-units"),
]
