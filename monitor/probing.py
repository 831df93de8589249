"""A probe: a source's first page and a few documents, each fetched twice and compared.

The probe runs in a process of its own, as a crawl does, with the source's own
spider for its hosts and parameters, through the same engine, guard and delay,
and holds the locks of the hosts meanwhile. Nothing is recorded.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from monitor.app import App, UsageError, build
from monitor.compute import Pool
from monitor.crawls import require_contact
from monitor.sources import hosts_of, spider_class, start_of
from pipelines.proving import learn
from pipelines.texts import Extracted, Learned, Limits, Volatile

if TYPE_CHECKING:
    from config.watches import SourceSpec

DOCUMENTS = 3
"""How many documents are looked at: those seen last."""


def probe(app: App, source: str, *, keep: bool = False) -> list[dict[str, Any]]:
    """Fetch a source's pages twice and say what changes at every visit; `keep` learns it.

    One line for each address: `url`, `role` ("start" or "document"), `words`,
    `parts`, `learned` and `problem`. Only what documents show is learned, for
    no text is read from a list. Raises UsageError.
    """
    require_contact(app)
    (spec,) = app.sources([source])
    with app.store() as opened:
        addresses = opened.volatiles.addresses(source, DOCUMENTS)
        known = opened.store.source(source)
    plan = {
        "home": str(app.home), "watchlist": str(app.watchlist_path.absolute()), "source": spec.name,
        "documents": addresses,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "monitor.probing"],
        input=json.dumps(plan), stdout=subprocess.PIPE, check=False, text=True,
        env=dict(app.environment),
    )  # fmt: skip
    if done.returncode:
        raise UsageError(f"The source {source!r} could not be probed.")
    found = [json.loads(line) for line in done.stdout.splitlines()]
    if keep and known is None:
        raise UsageError(f"{source} was not crawled yet, so nothing of it can be kept.")
    learned = _learned(found) if keep else []
    with app.store() as opened:
        fresh = opened.volatiles.learn(source, learned, now=app.clock()) if keep else []
    return [line | {"learned": _known(line, fresh)} for line in found]


def _learned(lines: Sequence[Mapping[str, Any]]) -> list[Learned]:
    return [
        Learned(part=_part(part), how="probe", example=part["example"], url=line["url"])
        for line in lines
        if line["role"] == "document"
        for part in line["parts"]
    ]


def _known(line: Mapping[str, Any], fresh: Sequence[Volatile]) -> int:
    return sum(_part(part) in fresh for part in line["parts"])


def _part(values: Mapping[str, str]) -> Volatile:
    return Volatile(values["before"], values["shape"], values["after"])


# --- the child --------------------------------------------------------------


def main() -> int:
    """Run the plan on standard input; a line of JSON for each address."""
    from monitor.crawling import in_reactor

    plan = json.load(sys.stdin)
    app = build({"home": plan["home"], "watchlist": plan["watchlist"]})
    (spec,) = app.sources([plan["source"]])
    with app.store() as opened:
        hosts = [f"host:{host}" for host in hosts_of(spec)]
        with opened.locks.hold(hosts), Pool(workers=1) as pool:
            return in_reactor(_visit(app, spec, plan["documents"], pool))


async def _visit(app: App, spec: "SourceSpec", documents: Sequence[str], pool: Pool) -> int:
    from scrapy.crawler import AsyncCrawlerRunner, Crawler

    from monitor.gates import politeness

    settings = politeness(app, replaying=False)
    settings.set("LOG_ENABLED", value=False, priority="cmdline")
    start = start_of(spec)
    # The first page of a legislature is another one in each session; its documents tell enough.
    starts = [] if "{" in start else [(start, "start")]
    addresses = [*starts, *((url, "document") for url in documents)]
    with tempfile.TemporaryDirectory(prefix="measurewatch-") as folder:
        crawler = Crawler(_probing(spider_class(spec), addresses, pool, Path(folder)), settings)
        parameters = dict(app.resolved(spec.parameters))
        await AsyncCrawlerRunner(settings).crawl(
            crawler, source=spec.name, now=app.clock(),
            parameters=parameters | {"place": spec.place, "hosts": hosts_of(spec)},
        )  # fmt: skip
    return 0


def _probing(
    base: Any, addresses: Sequence[tuple[str, str]], pool: Pool, folder: Path
) -> type:  # fmt: skip
    """The source's spider, which asks for these addresses twice and for nothing else."""

    class Probe(base):  # type: ignore[misc]
        async def crawl(self) -> AsyncIterator[Any]:
            for url, role in addresses:
                line = {"url": url, "role": role, "words": 0, "parts": [], "problem": ""}
                sys.stdout.write(json.dumps(line | await self.compared(url, role)) + "\n")
            return
            yield

        async def compared(self, url: str, role: str) -> dict[str, Any]:
            from scrapers.errors import SourceError

            try:
                asked = {} if role == "document" else self.asks_first()
                if asked is None:
                    return {"problem": "nothing is asked: the watchlist gives no key"}
                first, second = [await self.text(url, role, asked) for _ in range(2)]
            except SourceError as error:
                return {"problem": f"{type(error).__name__}: {error}"}
            if not first.text.strip() or not second.text.strip():
                return {"problem": "; ".join(first.warnings) or "no text"}
            proof = learn(first.text, second.text, url=url, how="probe")
            parts = [asdict(one.part) | {"example": one.example} for one in proof.learned]
            return {"words": len(second.text.split()), "parts": parts, "problem": proof.why}

        async def text(self, url: str, role: str, asked: Mapping[str, Any]) -> Extracted:
            response = await self.fetch(url, role=role, **asked)
            path = folder / "document"
            path.write_bytes(response.body)
            claimed = (response.headers.get("Content-Type") or b"").decode("latin-1")
            future = pool.extract(
                path, Limits(), media_type_hint=claimed.partition(";")[0].strip(),
                name=url.rsplit("/", 1)[-1],
            )  # fmt: skip
            return await asyncio.wrap_future(future)

    return Probe


if __name__ == "__main__":
    with suppress(BrokenPipeError):
        sys.exit(main())
