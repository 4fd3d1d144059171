"""Organisations by code, in the reader's language."""

from django.utils import translation

from boshan_police.kernel import reference
from grid.selectors.organisation import organisations
from tests.factories import OrganisationFactory
from tests.world import EAST, GUARDS, SOUTH


def test_labels_in_both_languages(world):
    assert organisations().label(EAST) == "Chengdong"
    with translation.override("zh-hans"):
        assert organisations().label(EAST) == "城东"
    assert organisations().label(None) == organisations().label("0") == ""


def test_stations_in_the_order_of_their_codes(world):
    assert [station.code for station in organisations().stations] == [EAST, SOUTH]
    assert organisations().by_code[GUARDS].parent_id == EAST


def test_one_query_then_none(world, django_assert_num_queries):
    with django_assert_num_queries(2):  # the version, the organisations
        organisations()
    with django_assert_num_queries(0):
        organisations()


def test_a_new_name_is_noticed(world, monkeypatch):
    station = OrganisationFactory(short_name_en="Old")
    assert organisations().label(station.code) in {"Old", ""}
    station.short_name_en = "New"
    station.save()
    monkeypatch.setattr(reference, "CHECK_SECONDS", 0.0)
    assert organisations().label(station.code) == "New"
