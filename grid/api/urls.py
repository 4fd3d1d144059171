"""API addresses of `grid`."""

from django.urls import path

from . import grid, hazard, organisation, place, preference, territory, territory_import, token

urlpatterns = [
    path("grids/", grid.GridsView.as_view(), name="api-grids"),
    path("hazards/", hazard.HazardsView.as_view(), name="api-hazards"),
    path("hazards/<int:key>/withdraw/", hazard.HazardWithdrawView.as_view(), name="api-hazard-withdraw"),
    path("organisations/", organisation.OrganisationsView.as_view(), name="api-organisations"),
    path("places/", place.PlaceView.as_view(), name="api-places"),
    path("preferences/", preference.PreferenceView.as_view(), name="api-preferences"),
    path("preferences/mute/", preference.MuteView.as_view(), name="api-preferences-mute"),
    path("territory/", territory.TerritoryView.as_view(), name="api-territory"),
    path("territory/faults/", territory.FaultsView.as_view(), name="api-territory-faults"),
    path("territory/export/", territory.ExportView.as_view(), name="api-territory-export"),
    path("territory/import/", territory_import.ImportLookView.as_view(), name="api-territory-import"),
    path("territory/posts/<str:code>/", territory.PostView.as_view(), name="api-territory-post"),
    path("territory/plans/", territory.PlansView.as_view(), name="api-territory-plans"),
    path("territory/plans/<int:key>/", territory.PlanView.as_view(), name="api-territory-plan"),
    *(
        path(f"territory/plans/<int:key>/{verb}/", view.as_view(), name=f"api-territory-plan-{verb}")
        for verb, view in {**territory.PLAN_ACTS, "import": territory_import.PlanImportView}.items()
    ),
    path("tokens/", token.TokensView.as_view(), name="api-tokens"),
    path("tokens/<slug:key>/", token.TokenView.as_view(), name="api-token"),
]
