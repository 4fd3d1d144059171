"""Personal data as everybody sees it before a reveal with a reason."""


def mask_name(name: str) -> str:
    """`李小明` → `李**`; `Ann Lee` → `A**`. Empty stays empty."""
    return f"{name[0]}**" if name else ""


def mask_phone(phone: str) -> str:
    """`13800000612` → `138****0612`; short numbers keep their last two digits."""
    if len(phone) >= 7:
        return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 11 else f"****{phone[-3:]}"
    return f"**{phone[-2:]}" if phone else ""
