"""Accounts of programs that act like people: a replayed log, the simulation."""

from boshan_police.kernel.access import Role
from grid.models import Organisation, User


def robot_account(*, username: str, name: str, role: Role, organisation: Organisation) -> User:
    """The account that a program acts with, made when it is first needed. At most two queries.

    In the database it is inactive: nobody can sign in with it, and no escalation counts it among those it reaches.
    Only the object in hand may act.
    """
    account = User.objects.filter(username=username).first()
    if account is None:
        account = User(username=username, name=name, role=role, organisation=organisation, is_active=False)
        account.set_unusable_password()
        account.save()
    account.is_active = True
    return account
