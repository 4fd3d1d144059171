"""Pages of the ground: signing in and out."""

from django.urls import path

from .views import account, preference

urlpatterns = [
    path("", account.home, name="home"),
    path("login/", account.SignIn.as_view(), name="login"),
    path("logout/", account.SignOut.as_view(), name="logout"),
    path("preferences/", preference.preference_page, name="preferences"),
]
