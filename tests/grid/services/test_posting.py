"""Who serves a grid, handed over: what is to come goes, what was stays, and the trace says both."""

from datetime import timedelta

import pytest

from boshan_police.kernel.errors import Invalid
from boshan_police.kernel.models import AuditEntry
from grid.models import Posting
from grid.selectors.territory_plan import territory_rows
from grid.services.posting import post_hand_over
from tests.factories.ground import PersonFactory
from tests.grid.services.drafts import NOON
from tests.world import EAST

DAY = timedelta(days=1)


@pytest.fixture
def person(world, held):
    return PersonFactory(organisation_id=EAST)


def _post(world, person, since, until):
    return Posting.objects.create(person=person, grid=world.east_grid_1, period=(since, until))


def _posts():
    return [
        (post.person, post.period.lower, post.period.upper) for post in Posting.objects.order_by("period")
    ]


@pytest.mark.parametrize("at", [None, NOON + DAY, NOON + 2 * DAY])
def test_who_stays_may_have_been_posted_again_later(world, person, at):
    _post(world, person, NOON - 30 * DAY, NOON + 2 * DAY)
    _post(world, person, NOON + 2 * DAY, NOON + 5 * DAY)
    _post(world, person, NOON + 9 * DAY, None)
    post_hand_over(actor=world.admin, code="城东-001", people=[person.number], at=at)
    posts = _posts()
    assert posts[-1][2] is None
    assert all(before[2] == after[1] for before, after in zip(posts, posts[1:], strict=False))


def test_the_past_is_not_handed_over(world, person):
    _post(world, person, NOON - 30 * DAY, None)
    with pytest.raises(Invalid, match="post_past") as caught:
        post_hand_over(actor=world.admin, code="城东-001", people=[], at=NOON - DAY)
    assert caught.value.field == "at"
    assert _posts() == [(person, NOON - 30 * DAY, None)]


def test_the_audit_says_who_ended_and_who_was_dropped(world, person):
    other = PersonFactory(organisation_id=EAST)
    _post(world, person, NOON - 30 * DAY, None)
    _post(world, other, NOON + DAY, None)
    post_hand_over(actor=world.admin, code="城东-001", people=[])
    details = AuditEntry.objects.get(code="post.handed_over").details
    assert details["ended"] == [{"person": person.number, "from": (NOON - 30 * DAY).isoformat(), "to": None}]
    assert details["dropped"] == [{"person": other.number, "from": (NOON + DAY).isoformat(), "to": None}]
    assert _posts() == [(person, NOON - 30 * DAY, NOON)]


def test_the_post_is_handed_over_in_one_act(world, held):
    old, new = PersonFactory(organisation_id=EAST), PersonFactory(organisation_id=EAST)
    since = NOON - timedelta(days=30)
    Posting.objects.create(person=old, grid=world.east_grid_1, period=(since, None))
    post_hand_over(actor=world.admin, code="城东-001", people=[new.number])
    posts = {post.person_id: post.period for post in Posting.objects.all()}
    assert (posts[old.pk].lower, posts[old.pk].upper) == (since, NOON)
    assert (posts[new.pk].lower, posts[new.pk].upper) == (NOON, None)
    post_hand_over(actor=world.admin, code="城东-001", people=[new.number])  # a repeat changes nothing
    assert Posting.objects.count() == 2
    with pytest.raises(Invalid, match="person_unknown"):
        post_hand_over(actor=world.admin, code="城东-001", people=["nobody"])
    assert not next(row for row in territory_rows() if row["code"] == "城东-001")["vacant"]
    assert next(row for row in territory_rows() if row["code"] == "城东-002")["vacant"]
