"""An administrator mends a table in Excel and hands it in; and writes a policy by keyboard alone."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest
from openpyxl import load_workbook
from playwright.sync_api import expect

from dispatch.models import Policy
from patrol.models import Unit
from tests.world import EAST

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_units_go_out_are_changed_and_come_back(
    committed_world: SimpleNamespace, sit: Callable[..., Desk], tmp_path: Path
) -> None:
    page = sit(committed_world.admin, accept_downloads=True).open("/admin/patrol/unit/")
    with page.expect_download() as download:
        page.get_by_role("link", name="导出 xlsx").click()
    file = tmp_path / "units.xlsx"
    download.value.save_as(file)
    book = load_workbook(file)
    rows = {row[0].value: row for row in book.active.iter_rows()}
    assert [cell.value for cell in rows["呼号"]] == ["呼号", "种类", "单位", "派出所", "能力", "人数"]
    rows["城东01"][5].value = "四个"
    book.active.append(["城东０９", "警车", EAST, EAST, "携枪", 3])
    book.save(file)

    page.get_by_role("link", name="导入").click()
    page.get_by_label("文件").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()
    wrong = page.locator(".errornote + .module tbody tr")
    expect(wrong).to_have_count(1)
    expect(wrong).to_contain_text("人数")
    expect(wrong).to_contain_text("四个")
    assert not Unit.objects.filter(call_sign="城东09").exists()

    rows["城东01"][5].value = 4
    book.save(file)
    page.get_by_role("link", name="上传改好的文件").click()
    page.get_by_label("文件").set_input_files(file)
    page.get_by_role("button", name="检查文件").click()
    expect(page.locator("del")).to_have_text("2")
    page.get_by_role("button", name="写入：新增 1 项，变更 1 项").click()
    expect(page.get_by_role("status")).to_contain_text("已写入：新增 1 项，变更 1 项")
    assert Unit.objects.get(call_sign="城东09").capabilities == ["armed"]

    # A file that is none keeps the page and says why.
    page.get_by_role("link", name="换一个文件").click()
    page.get_by_label("文件").set_input_files({"name": "x.xlsx", "mimeType": "text/plain", "buffer": b"no"})
    page.get_by_role("button", name="检查文件").click()
    expect(page.get_by_role("alert")).to_contain_text("这不是 .xlsx 工作簿")
    expect(page.get_by_role("button", name="检查文件")).to_be_focused()


def test_a_policy_is_written_by_keyboard(committed_world: SimpleNamespace, sit: Callable[..., Desk]) -> None:
    policy = Policy.objects.get(priority=1)
    page = sit(committed_world.admin, language="en").open(f"/admin/dispatch/policy/{policy.pk}/change/")
    marks = page.locator("[data-policy-edit] circle.step")
    expect(marks).to_have_count(4)  # three steps, and after a take-over
    expect(page.locator(".policy-levels")).to_contain_text("赵守一")

    third = page.locator("#steps-group tr.form-row:not(.empty-form) [data-seconds]").nth(2)
    third.focus()
    page.keyboard.press("Enter")
    expect(marks).to_have_count(5)
    page.keyboard.type("1:30")
    page.keyboard.press("Tab")  # the level is chosen already
    page.locator("[name=repeat_seconds]").focus()
    page.keyboard.type("60")
    page.keyboard.press("Tab")
    expect(page.locator("[name=repeat_seconds]")).to_have_value("1:00")
    expect(page.locator("[data-policy-edit]")).to_contain_text("↻ 1 min")
    times = page.locator("#steps-group tr.form-row:not(.empty-form) [data-seconds]")
    assert [times.nth(n).input_value() for n in range(4)] == ["0:30", "1:00", "1:30", "2:00"]

    times.nth(0).focus()
    page.keyboard.press("Alt+ArrowDown")  # the second level is told before the first: in a circle
    expect(page.locator("circle.back")).to_have_count(1)
    page.get_by_role("button", name="Save and continue editing").press("Enter")
    expect(page.locator("#steps-group .errorlist")).to_contain_text("in a circle")
    page.locator("#steps-group tr.form-row:not(.empty-form) [data-seconds]").nth(1).focus()
    page.keyboard.press("Alt+ArrowUp")
    page.get_by_role("button", name="Save", exact=True).press("Enter")
    page.wait_for_url("**/admin/dispatch/policy/")
    assert list(policy.steps.values_list("seconds", "level")) == [(30, 1), (60, 2), (90, 3), (120, 3)]
