"""What everybody sees of a person before a reveal."""

import pytest

from boshan_police.kernel.masking import mask_name, mask_phone


@pytest.mark.parametrize(
    ("name", "shown"), [("李小明", "李**"), ("李", "李**"), ("Ann Lee", "A**"), ("", ""), ("𠮷野", "𠮷**")]
)
def test_of_a_name_its_first_sign(name: str, shown: str) -> None:
    assert mask_name(name) == shown


@pytest.mark.parametrize(
    ("phone", "shown"),
    [
        ("13800000612", "138****0612"),
        ("+8613800000612", "+86****0612"),
        ("05334110110", "053****0110"),
        ("4110110", "****110"),
        ("411011", "**11"),
        ("110", "**10"),
        ("1", "**1"),
        ("", ""),
    ],
)
def test_of_a_phone_its_ends(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@pytest.mark.parametrize("length", range(4, 21))
def test_at_least_two_digits_are_hidden(length: int) -> None:
    phone = "12345678901234567890"[:length]
    shown = mask_phone(phone)
    assert sum(sign.isdigit() for sign in shown) <= length - 2
    assert phone not in shown
