import time
from datetime import timedelta
from django.db import connection
from django.test.utils import CaptureQueriesContext
from boshan_police.kernel import clock
from boshan_police.kernel.rendering import to_json
from dispatch.models import *
from patrol.models import *
from dispatch.selectors.rewind import board_at
from dispatch.selectors.moments import moments
from patrol.services.partition import position_days_keep
from tests.world import EAST
def test_m(world):
    connection.cursor().execute("SET statement_timeout=0"); now = clock.now(); start = now - timedelta(days=1)
    Unit.objects.bulk_create([Unit(call_sign=f"u{i}", kind="car", organisation_id=EAST, station_id=EAST, status="free", duty_since=start, lat=36.5, lon=117.88, position_at=start, updated_at=start) for i in range(2000)])
    units = list(Unit.objects.filter(call_sign__startswith="u"))
    Device.objects.bulk_create([Device(identifier=f"d{u.pk}", unit=u) for u in units])
    connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE"); connection.cursor().execute("SET CONSTRAINTS ALL DEFERRED")
    with connection.cursor() as c:
        c.execute("INSERT INTO patrol_trackpoint (device_id, at, unit_id, lat, lon, flag) SELECT d.id, %s + n * interval '23 min', d.unit_id, 36.5, 117.88, '' FROM patrol_device d, generate_series(1, 60) n", [start])
        c.execute("INSERT INTO patrol_unitstate (unit_id, at, version, call_sign, kind, organisation_id, station_id, status, members, capabilities, lat, lon, position_at, duty_since) SELECT unit_id, at + n * interval '70 min', version + n, call_sign, kind, organisation_id, station_id, status, members, capabilities, lat, lon, position_at, duty_since FROM patrol_unitstate, generate_series(1, 20) n")
    incs = Incident.objects.bulk_create([Incident(number=f"37030420261125{i:04d}", category_id="fight", priority=2, status="closed", summary="男子在店外斗殴，店主要求到场处理", address="陶镇广场东门12号", station_id=EAST, grid=world.east_grid_1, lat=36.5, lon=117.88, reported_at=start+timedelta(minutes=3.6*i), created_at=start+timedelta(minutes=3.6*i), updated_at=now, closed_at=now, created_by=world.dispatcher) for i in range(400)])
    ents=[]
    for i, inc in enumerate(incs):
        for v in range(1, 11):
            at = inc.created_at + timedelta(minutes=v*4)
            st = {"status": "closed" if v == 10 else "en_route", "station": EAST, "stage": "not_arrived", "stage_since": at.isoformat(), "limit_at": at.isoformat(), "updated_at": at.isoformat(), "assignments": [{"id": 1, "unit": units[i].pk, "label": "u", "step": "en_route", "at": at.isoformat()}]}
            ents.append(TimelineEntry(incident=inc, version=v, at=at, code="unit.accepted", actor=world.dispatcher, actor_name="x", data={"label": "城东01", "assignment": 5}, board=st))
    TimelineEntry.objects.bulk_create(ents)
    with connection.cursor() as c: c.execute("SET CONSTRAINTS ALL IMMEDIATE"); c.execute("ANALYZE")
    for name, at in (("mid", start + timedelta(hours=12)), ("end", now - timedelta(minutes=1))):
        for who in (world.dispatcher, world.east_commander):
            ts=[]
            for _ in range(7):
                t=time.perf_counter(); r = board_at(who, at); b=to_json(r); ts.append((time.perf_counter()-t)*1000)
            print(name, who.username, "ms", [round(x) for x in ts], len(r["incidents"]), len(r["units"]), len(b))
    with CaptureQueriesContext(connection) as q: board_at(world.dispatcher, start+timedelta(hours=12))
    print([(x["time"], x["sql"][:60]) for x in q.captured_queries])
    for _ in range(3):
        t=time.perf_counter(); m = moments(world.dispatcher, start, now); b=to_json(m); print("moments", round((time.perf_counter()-t)*1000), len(m), len(b))
    assert 0
