"""Names and phones of people who plainly do not exist."""

import random

_SURNAMES = "陈林周顾沈石陶许何梁宋唐韩冯程曹袁邓傅曾彭吕苏蒋"
_FIRST = "云星松竹泉岚禾麦砚墨帆舟棠桐槐霁澄澈朗予望知念闻听"
_SECOND = "山川溪野原声影光晨暮春秋远宁安衡之微白青舒言歌行归"


def invented_names(salt: str, count: int) -> list[str]:
    """`count` different names, the same for the same `salt`. Given names are scenery: kiln, wind and water."""
    chance = random.Random(salt)  # noqa: S311 - scenery, not secrets
    names: dict[str, None] = {}
    while len(names) < count:
        names[chance.choice(_SURNAMES) + chance.choice(_FIRST) + chance.choice(_SECOND)] = None
    return list(names)


def invented_phone(serial: int) -> str:
    """An 11-digit number that no exchange can assign: Chinese mobiles begin with 1, area codes never with 00."""
    return f"0000{serial:07d}"
