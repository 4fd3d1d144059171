"""Pages of the command centre and the stations."""

from django.urls import path

from .views import board, contact, delivery, followup, incident, policy, review, shift, station, wall

urlpatterns = [
    path("board/", board.board_page, name="board"),
    path("wall/", wall.wall_page, name="wall"),
    path("review/", review.review_page, name="review"),
    path("station/", station.station_page, name="station"),
    path("incidents/", incident.incident_list, name="incident_list"),
    path("incidents/new/", incident.incident_new, name="incident_new"),
    path("incidents/places/", incident.incident_place_names, name="incident_place_names"),
    path("policies/", policy.policy_list, name="policies"),
    path("contacts/", contact.contact_list, name="contacts"),
    path("deliveries/", delivery.delivery_list, name="deliveries"),
    path("notices/<uuid:key>/", contact.notice_open, name="notice_open"),
    path("push_worker.js", contact.service_worker, name="push_worker"),
    path("follow-ups/", followup.follow_up_list, name="follow_ups"),
    path("shifts/", shift.shift_page, name="shifts"),
    path("shifts/sheet/", shift.shift_sheet, name="shift_sheet_now"),
    path("shifts/<int:key>/", shift.shift_sheet, name="shift_sheet"),
    path("incidents/<slug:number>/", incident.incident_page, name="incident_detail"),
]
