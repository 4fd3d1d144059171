"""The map under the hand: its pictures come from a worker, or from the page where there is none."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, Route, expect

from dispatch.models import Incident

from .conftest import Desk

pytestmark = [pytest.mark.browser, pytest.mark.slow]
_INKED = """([x, y]) => {
  const marks = document.querySelector("canvas.marks-canvas");
  const { left, top, width } = marks.getBoundingClientRect(); // larger while the picture of another zoom stands there
  const scale = marks.width / width;
  const copy = Object.assign(document.createElement("canvas"), { width: marks.width, height: marks.height });
  copy.getContext("2d").drawImage(marks, 0, 0);
  return copy.getContext("2d").getImageData((x - left) * scale, (y - top) * scale, 1, 1).data[3] > 0;
}"""
_COUNT_PICTURES = """() => {
  window.pictures = { ground: 0, marks: 0 };
  const transfer = ImageBitmapRenderingContext.prototype.transferFromImageBitmap;
  ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
    window.pictures[this.canvas.classList.contains("marks-canvas") ? "marks" : "ground"] += 1;
    return transfer.call(this, bitmap);
  };
}"""


@pytest.mark.parametrize("workers", [True, False], ids=["a worker draws", "the page draws"])
def test_a_mark_is_drawn_and_found_where_the_hand_has_moved_it(
    committed_world: SimpleNamespace, noise: Incident, sit: Callable[..., Desk], *, workers: bool
) -> None:
    desk = sit(committed_world.dispatcher, language="en")
    if not workers:
        desk.context.add_init_script("delete window.Worker")
    page = desk.open("/board/")
    page.wait_for_function("() => performance.getEntriesByName('board:whole').length")
    if workers:
        page.wait_for_function("() => performance.getEntriesByName('map:hired').length === 2")
    page.keyboard.press("z")  # to the middle
    box = page.locator("[data-map]").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    _sees(page, x, y)
    page.mouse.down()
    page.mouse.move(x + 120, y - 80, steps=8)
    page.wait_for_timeout(300)  # a hand that rests does not throw the map
    page.mouse.up()
    _sees(page, x + 120, y - 80)
    page.mouse.wheel(0, 240)  # around the pointer: the mark stays below it
    _sees(page, x + 120, y - 80)


def _sees(page: Page, x: float, y: float) -> None:
    page.mouse.move(x + 40, y + 40)
    page.mouse.move(x, y)
    expect(page.locator("[data-map-tip]")).to_contain_text("Loud music")
    page.wait_for_function(_INKED, arg=[x, y])


def test_what_is_chosen_shows_at_once(
    committed_world: SimpleNamespace, noise: Incident, sit: Callable[..., Desk]
) -> None:
    page = sit(committed_world.dispatcher, language="en").open("/board/")
    page.wait_for_function("() => performance.getEntriesByName('map:hired').length === 2")
    page.keyboard.press("z")
    page.evaluate(_COUNT_PICTURES)
    # only the choice itself can draw
    page.evaluate("() => { for (let id = setTimeout(() => {}); id; id -= 1) clearTimeout(id); }")
    page.wait_for_timeout(500)
    before = page.evaluate("window.pictures.marks")
    page.keyboard.press("Escape")  # nothing is ticked any more
    page.wait_for_function("before => window.pictures.marks > before", arg=before)


def test_a_picture_that_breaks_its_worker_is_drawn_by_the_page(
    committed_world: SimpleNamespace, noise: Incident, sit: Callable[..., Desk]
) -> None:
    desk = sit(committed_world.dispatcher)
    desk.page.add_init_script(
        """window.Worker = class extends Worker {
          postMessage(message, ...more) {
            if (window.breaks && message.picture) setTimeout(() => this.dispatchEvent(new Event("error")));
            else super.postMessage(message, ...more);
          }
        };"""
    )
    page = desk.open("/board/")
    page.wait_for_function("() => performance.getEntriesByName('map:hired').length === 2")
    page.wait_for_load_state("networkidle")  # what a dispatch would uncover draws the ground as well
    page.evaluate(_COUNT_PICTURES)
    page.evaluate("window.breaks = true")
    page.keyboard.press("z")
    for name in ("ground", "marks"):
        page.wait_for_function(f"() => window.pictures.{name}")


@pytest.mark.parametrize("path", ["/board/", "/wall/"])
def test_the_ground_comes_though_its_first_answer_fails(
    committed_world: SimpleNamespace, sit: Callable[..., Desk], path: str
) -> None:
    desk = sit(committed_world.dispatcher)
    asked: list[Route] = []

    def answer(route: Route) -> None:
        asked.append(route)
        if len(asked) == 1:
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    desk.page.route("**/api/grids/", answer)
    page = desk.open(path)
    if path == "/board/":
        page.wait_for_function("() => performance.getEntriesByName('board:ground').length")
        page.wait_for_function("() => performance.getEntriesByName('board:whole').length")
    else:
        page.wait_for_function(
            """() => {
              const canvas = document.querySelector("[data-canvas]");
              const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
              return data.some((value) => value > 0);
            }"""
        )
    assert len(asked) >= 2
