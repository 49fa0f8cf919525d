"""A picture is drawn as it is counted: the SVG of a page and the PNG of a chat card from one drawing."""

from __future__ import annotations

import re
import struct
from xml.etree import ElementTree

import pytest

from adapters.web.pictures import PNG_WIDTH, png_of, svg_of
from bot.picture import Group, RiskPicture, risk_pictures
from knowledge.base import KnowledgeBase
from tests.adapters.web.conftest import Visitor

SVG = "{http://www.w3.org/2000/svg}"


def picture(first: int, second: int, of: int = 100) -> RiskPicture:
    groups = (Group("one <group>", first, first * 100 / of), Group("another & group", second, second * 100 / of))
    return RiskPicture("an event", of, groups, True, "a study", 1)  # noqa: FBT003 - a value's own field


def people(svg: str) -> list[tuple[int, int]]:
    """Return for each field how many people are filled in and how many are not."""
    root = ElementTree.fromstring(svg)  # noqa: S314 - our own drawing
    cell = float(next(root.iter(f"{SVG}pattern")).attrib["width"])
    counted = []
    for group in root.iter(f"{SVG}g"):
        rectangles = [child for child in group if child.tag == f"{SVG}rect"]
        if rectangles:
            areas = {"on": 0.0, "off": 0.0}
            for one in rectangles:
                areas[one.attrib["fill"].split("#")[1].split("-")[0]] += float(one.attrib["width"]) * float(
                    one.attrib["height"]
                )
            counted.append((round(areas["on"] / cell**2), round(areas["off"] / cell**2)))
    return counted


@pytest.mark.parametrize(
    ("first", "second", "of"), [(36, 45, 100), (0, 100, 100), (1, 99, 100), (10, 90, 100), (17, 25, 1_000)]
)
def test_as_many_people_are_filled_in_as_the_picture_says(first: int, second: int, of: int) -> None:
    assert people(svg_of(picture(first, second, of))) == [(first, of - first), (second, of - second)]


def test_names_are_escaped() -> None:
    assert "One &lt;group&gt;" in svg_of(picture(1, 2))


async def test_every_picture_is_drawn_and_small(visitor: Visitor, knowledge: KnowledgeBase) -> None:
    drawn = 0
    for entry in knowledge.entries.values():
        if not risk_pictures(entry):
            continue
        async with visitor.client.get(f"/evidence/{entry.id}/figure.png") as response:
            body = await response.read()
            assert (response.status, response.content_type) == (200, "image/png")
            assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        width, height = struct.unpack(">II", body[16:24])
        assert body.startswith(b"\x89PNG")
        assert width == PNG_WIDTH
        assert 0.4 < height / width < 1.2
        assert len(body) < 200_000
        drawn += 1
    assert drawn > 10


def test_a_picture_is_the_same_on_every_machine() -> None:
    assert png_of(picture(36, 45)) == png_of(picture(36, 45))
    assert not re.search(r"font-family=\"(?!Open Sans)", svg_of(picture(1, 2)))
