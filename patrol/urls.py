"""Addresses of the forces beside the API."""

from django.urls import path

from .views import osmand

urlpatterns = [
    path("osmand/", osmand.osmand, name="osmand"),
]
