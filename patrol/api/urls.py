"""API addresses of `patrol`."""

from django.urls import path

from . import position, reach, trail

urlpatterns = [
    path("positions/", position.PositionsView.as_view(), name="api-positions"),
    path("reach/", reach.ReachView.as_view(), name="api-reach"),
    path("units/<int:unit>/trail/", trail.TrailView.as_view(), name="api-trail"),
]
