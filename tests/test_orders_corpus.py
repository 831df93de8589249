"""Recorded lists and texts of executive orders, through the presets that come with Measurewatch.

What is recorded: New York's article search (shortened by its recorder), an article, and
118 order texts with what others found in them; Chicago's table as plain words; two items of
Maryland's list; the Federal Register's list of one president's orders, and the National
Archives' notes of what amends what. Nothing of it is copied here.
"""

import json
import re
from datetime import UTC, datetime

import pytest

from scrapers.items import Measure, Version
from scrapers.platforms.orders import Orders
from scrapers.platforms.orders_names import Numbering, alike
from scrapers.platforms.orders_relations import mentions
from tests.test_orders_presets import PRESETS, orders_of
from tests.visiting import visit

pytestmark = pytest.mark.corpus

SEARCH = (
    "https://www.nyc.gov/bin/nyc/articlesearch.json?types=executive-orders"
    "&fromDate=2024-01-01&toDate=2024-12-31&pageSize=100&currentPage="
)
ENDED = {
    "revoked": {"revokes"}, "repealed": {"rescinds"}, "rescinded": {"rescinds"},
    "superseded": {"supersedes"}, "amended": {"amends"},
}  # fmt: skip


def preset(name, pages, **changed):
    spec = PRESETS[name]
    parameters = {"place": spec.place, **spec.parameters, **changed}
    return visit(Orders, pages, now=datetime(2024, 12, 31, 12, tzinfo=UTC), **parameters)


def front(path):
    """What stands in the head of a recorded order, and its text."""
    _, head, text = path.read_text(encoding="utf-8").split("---\n", 2)
    return dict(re.findall(r"^(\w+): '?(.*?)'?$", head, re.M)), text


def texts(orders):
    return {path.stem: front(path) for path in sorted((orders / "nyc").glob("*.md"))}


@pytest.fixture
def orders(corpus):
    """Where the orders are."""
    return corpus / "executive-orders"


class TestNewYork:
    def test_the_article_search_is_read_to_its_end(self, orders):
        """Two pages, three orders, every field mapped; the article's PDF is the text."""
        folder = orders / "nyc"
        pages = {
            f"{SEARCH}{number}": (folder / f"articlesearch_2024_page{number}.json").read_bytes()
            for number in (1, 2)
        }
        article = (
            "https://www.nyc.gov/mayors-office/news/2024/12/emergency-executive-order-718.html"
        )
        pages[article] = (folder / "article_eeo718.handmade.html").read_bytes()
        seen = preset("nyc-mayor", pages, years=1)
        assert list(seen.measures) == [
            "Emergency Executive Order 718", "Emergency Executive Order 716", "Executive Order 42",
        ]  # fmt: skip
        assert {one.session for one in seen.measures.values()} == {"adams"}
        [link] = seen.measures["Emergency Executive Order 718"].versions[0].links
        assert link.url.endswith("/2024/EEO-718-of-2024.pdf")
        assert (seen.listings[0].rows, seen.listings[0].total) == (3, 3)
        assert seen.report.unmapped == {}
        assert seen.report.failed == 2, "two articles are not recorded"

    def test_every_title_gives_the_number_its_recorder_found(self, orders):
        """118 titles of fifty years: kind and number as the recorder's own key has them."""
        numbering = Numbering.given(PRESETS["nyc-mayor"].parameters)
        found = texts(orders)
        assert len(found) == 118
        for stem, (head, _) in found.items():
            _, kind, number = stem.split("-", 2)
            plain = number.lstrip("0") if kind == "EO" else number
            expected = f"{'Emergency ' * (kind == 'EEO')}Executive Order {plain}"
            title = head["title"]
            if re.search(r"executive order", title, re.I):
                assert alike(numbering.find(title)[0]) == alike(expected), stem

    def test_what_an_order_does_to_others_is_found_in_its_text(self, orders):
        """Every edge that the recorder found by reading texts, with its day's year."""
        edges = json.loads((orders / "nyc" / "supersession.json").read_text("utf-8"))["edges"]
        found = texts(orders)
        wanted = [edge for edge in edges if edge["actor"] in found]
        missed = []
        for edge in wanted:
            year, _, number = edge["target"].split("-", 2)
            said = [
                one for one in mentions(found[edge["actor"]][1])
                if one.number == number.lstrip("0")
                and (one.dated is None or str(one.dated.year) == year)
            ]  # fmt: skip
            right = ENDED[edge["verb"]] | ({"amends"} if edge["partial"] else set())
            if not {one.relation for one in said} & right:
                missed.append((edge["actor"], edge["target"]))
        assert (len(wanted), missed) == (25, [])

    def test_every_dotted_order_renews_its_first(self, orders):
        """Of the texts too: 1.13 renews 1, and is no news of 241, first declared in 2021."""
        spec = PRESETS["nyc-mayor"]
        spider = Orders(
            now=datetime(2026, 7, 1, tzinfo=UTC),
            parameters={"place": spec.place, **spec.parameters},
        )
        dotted = {stem: both for stem, both in texts(orders).items() if "." in stem}
        assert len(dotted) == 51
        for stem, (_, text) in dotted.items():
            number = stem.removeprefix("2026-EEO-")
            name = f"Emergency Executive Order {number}"
            measure = Measure(
                place=spec.place, session="mamdani", identifier=name, title=name,
                versions=(Version(note="signed"),), observed=frozenset({"related"}),
            )  # fmt: skip
            said = spider.completed(measure, [text]).related
            first = f"Emergency Executive Order {number.partition('.')[0]}"
            assert (first, "renews") in {(one.identifier, one.relation) for one in said}, stem
            assert not {one.relation for one in said} & {"rescinds", "revokes", "supersedes"}, stem


class TestLists:
    def test_chicagos_table(self, orders):
        """Every number of the two recorded pages is read, and the amendment amends."""
        rows = []
        for page in sorted((orders / "chicago").glob("chicityclerk*.txt")):
            for line in page.read_text(encoding="utf-8").splitlines():
                found = re.match(r"(\d{4}-\d+\w?) (.+?) ?(?:Download)?\([\d.]+ [KM]B\)$", line)
                rows += [found.groups()] if found else []
        body = "".join(
            f'<tr><td>{number}</td><td>{rest}</td><td><a href="/eo/{rank}.pdf">Download</a></td></tr>'
            for rank, (number, rest) in enumerate(rows)
        )
        head = "<tr><th>Executive Order</th><th>Description</th><th>Download</th></tr>"
        page = f"<!DOCTYPE html><html><body><table>{head}{body}</table></body></html>".encode()
        seen = preset("chicago-mayor", {PRESETS["chicago-mayor"].parameters["index"]: page})
        assert len(rows) == 30
        assert {one.identifier for one in orders_of(seen)} == {number for number, _ in rows}
        assert {one.session for one in orders_of(seen)} == {number[:4] for number, _ in rows}
        [amended] = seen.measures["1986-1d"].related
        assert (amended.identifier, amended.relation) == ("1986-1", "amends")

    def test_marylands_list(self, orders):
        """Two items: the second rescinds the first."""
        page = (orders / "maryland" / "listing_items_excerpt.html").read_bytes()
        index = PRESETS["maryland-governor"].parameters["index"]
        seen = preset("maryland-governor", {index: page})
        assert list(seen.measures) == ["01.01.2025.02", "01.01.2025.03"]
        [ended] = seen.measures["01.01.2025.03"].related
        assert (ended.identifier, ended.relation) == ("01.01.2025.02", "rescinds")

    def test_philadelphias_old_list(self, orders):
        """Its numbers carry their year in two digits, whatever stands behind them."""
        numbering = Numbering.given(PRESETS["philadelphia-mayor"].parameters)
        page = orders / "philadelphia" / "phila_gov_ExecutiveOrders_default.excerpt.txt"
        lines = re.findall(r"^\d+-\d\d\b.*", page.read_text(encoding="utf-8"), re.M)
        assert len(lines) > 8
        for line in lines:
            number, year = numbering.find(line)
            short = re.match(r"\d+-(\d\d)", line)
            assert (number, year) == (f"Executive Order {short[0]}", f"20{short[1]}")

    def test_a_federal_register_list_is_an_index_in_json_too(self, orders):
        """96 orders; every field is used, or kept and counted."""
        index = "https://www.federalregister.gov/api/v1/documents.json"
        body = (orders / "federal" / "donald-trump.json").read_bytes()
        seen = visit(
            Orders, {index: body}, place="us", index=index, format="json", rows="results",
            total="count", identifier="executive_order_number", title="title",
            signed="signing_date", document="pdf_url", detail="html_url", session="trump",
        )  # fmt: skip
        rows = json.loads(body)["results"]
        assert len(orders_of(seen)) == len(rows) == seen.listings[0].total == 96
        used = {
            "executive_order_number", "title", "signing_date", "pdf_url", "html_url",
        }  # fmt: skip
        known = {
            name for row in rows for name, value in row.items() if value not in (None, "", [], {})
        }
        assert {name.removeprefix("row field ") for name in seen.report.unmapped} == known - used
        assert all(one.versions[0].links and one.dates[0].date for one in orders_of(seen))

    def test_the_archives_notes_say_what_amends_what(self, orders):
        """ "Revokes: EO 13412", "Amends: EO 11016": the first order of every such line."""
        wrong = []
        count = 0
        for page in sorted((orders / "federal").glob("*.txt")):
            for verb, part, number in re.findall(
                r"^\s+(Amends|Revokes|Supersedes)( in part)?: EO (\d+)",
                page.read_text(encoding="utf-8", errors="replace"), re.M,
            ):  # fmt: skip
                count += 1
                [said] = mentions(f"{verb}{part}: EO {number}, March 4, 1999")
                expected = "amends" if part else verb.lower()
                if (said.number, said.relation, said.partly) != (number, expected, bool(part)):
                    wrong.append((verb, part, number, said))
        assert count > 30
        assert wrong == []
