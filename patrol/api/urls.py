"""API addresses of `patrol`."""

from django.urls import path

from . import reach

urlpatterns = [
    path("reach/", reach.ReachView.as_view(), name="api-reach"),
]
