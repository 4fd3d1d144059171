"""API addresses of `patrol`."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
