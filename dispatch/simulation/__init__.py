"""A night that lives by itself: calls come in, units drive, crews report, and now and then nobody answers.

Only calls made here are worked on (`Actors.desk` files them). What people file, claim and close is theirs; but a unit
they send answers, as a crew would. Nothing is remembered that matters: who does what when follows from the rows
(`chance.Dice`), so the simulation may stop and start as it likes.

`scenes` makes calls, `ground` finds places, `actors` holds the accounts, `picture` reads what is going on, `desk` and
`crews` act on it, `traffic` moves the units, `opening` fills the board at the start, `night` keeps all of it going.
"""
