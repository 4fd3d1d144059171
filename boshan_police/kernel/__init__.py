"""What every floor needs and no business owns: clock, errors, access, audit, live hints, locking."""
