"""API addresses of `grid`."""

from django.urls import path

from . import grid, hazard, organisation, place, preference, token

urlpatterns = [
    path("grids/", grid.GridsView.as_view(), name="api-grids"),
    path("hazards/", hazard.HazardsView.as_view(), name="api-hazards"),
    path("hazards/<int:key>/withdraw/", hazard.HazardWithdrawView.as_view(), name="api-hazard-withdraw"),
    path("organisations/", organisation.OrganisationsView.as_view(), name="api-organisations"),
    path("places/", place.PlaceView.as_view(), name="api-places"),
    path("preferences/", preference.PreferenceView.as_view(), name="api-preferences"),
    path("preferences/mute/", preference.MuteView.as_view(), name="api-preferences-mute"),
    path("tokens/", token.TokensView.as_view(), name="api-tokens"),
    path("tokens/<slug:key>/", token.TokenView.as_view(), name="api-token"),
]
