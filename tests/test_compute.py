"""The pool: what happens to a worker happens to its document alone."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import zlib
from concurrent.futures import CancelledError, Future, wait
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import pytest

from monitor.compute import Pool, WorkerDied, _Document, _Reading
from pipelines.extract import extract_plainly, extract_text
from pipelines.texts import Extracted, Limits

ROOT = Path(__file__).parent.parent
LIMITS = Limits(seconds=20)
SMALL = Limits(seconds=20, memory=400 << 20)
HELLO = b"BT /F1 12 Tf 72 700 Td (A sheriff may not) Tj ET"
CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGE = (
    b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
    b" /Resources << /Font << /F1 5 0 R >> >> >>"
)
FONT = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"


def pdf(content, *, times=1, packed=1):
    """A PDF that shows one page `times` over, its content deflated `packed` times."""
    for _ in range(packed):
        content = zlib.compress(content, 9)
    head = b"<< /Length %d /Filter [%s] >> stream\n" % (len(content), b"/FlateDecode " * packed)
    kids = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b"3 0 R " * times, times)
    objects = (CATALOG, kids, PAGE, head + content + b"\nendstream", FONT)
    file, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer << /Size 6 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % len(file)
    return file + b"xref\n0 6\n0000000000 65535 f \n" + table + end


@pytest.fixture(scope="module")
def bomb():
    """A content stream of 84 MB in 0.2 MB: it takes pdfium seconds and a lot of memory."""
    return pdf(b"0 0 m 1 1 l S " * 6_000_000)


@pytest.fixture
def paper(tmp_path):
    """Writes bytes to a file of its own."""

    def paper(content, name="paper"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return paper


@pytest.fixture(scope="module")
def pool():
    with Pool(workers=2) as pool:
        yield pool


def test_a_document_is_read_in_a_worker(pool, paper):
    """The path goes out, the text comes back, read as in this process."""
    path = paper(pdf(HELLO))
    assert pool.extract(path, LIMITS).result(30) == extract_text(path, LIMITS)


def test_what_the_site_claimed_reaches_the_worker(pool, paper):
    """The hint travels with the path."""
    path = paper(b"<html><p>Access denied</p>")
    assert pool.extract(path, LIMITS, media_type_hint="application/pdf").result(30).reason == (
        "error-page"
    )


def test_functions_run_in_workers(pool):
    """Any importable function can be handed over, and what it raises comes back."""
    assert pool.submit(os.getpid, timeout=20).result(30) != os.getpid()
    with pytest.raises(ValueError, match="invalid literal"):
        pool.submit(int, "x", timeout=20).result(30)


@pytest.mark.faults
def test_a_worker_that_dies_takes_only_its_task(pool, paper):
    """Killed in mid-task, a worker is replaced; tasks beside and after it are done."""
    path = paper(pdf(HELLO))
    before = [pool.extract(path, LIMITS) for _ in range(6)]
    dying = [pool.submit(os._exit, 7, timeout=20), pool.submit(os.abort, timeout=20)]
    after = [pool.extract(path, LIMITS) for _ in range(6)]
    for task in dying:
        with pytest.raises(WorkerDied):
            task.result(30)
    assert {task.result(30).text for task in before + after} == {"A sheriff may not"}


@pytest.mark.faults
def test_a_task_that_never_ends_is_ended(pool):
    """The deadline is kept by killing the worker."""
    with pytest.raises(TimeoutError):
        pool.submit(time.sleep, 600, timeout=0.3).result(30)
    assert pool.submit(abs, -3, timeout=20).result(30) == 3


@pytest.mark.faults
def test_a_worker_cannot_take_more_memory_than_allowed(pool):
    """What asks for more than the limit gets a MemoryError, and the machine stays well."""
    with pytest.raises(MemoryError):
        pool.submit(bytearray, 4 << 30, timeout=20).result(30)


@pytest.mark.faults
def test_a_bomb_of_memory_is_contained(pool, paper, bomb):
    """A document that exhausts its worker's memory is tried twice and said to have failed."""
    path, good = paper(bomb, "bomb"), paper(pdf(HELLO), "good")
    bad = pool.extract(path, SMALL)
    beside = [pool.extract(good, LIMITS) for _ in range(5)]
    extracted = bad.result(60)
    assert extracted.media_type == "application/pdf"
    assert extracted.reason in {"crashed", "limit"}
    assert extracted.pages == ()
    assert "twice" in extracted.warnings[0]
    assert {task.result(30).text for task in beside} == {"A sheriff may not"}


@pytest.mark.faults
def test_a_document_that_takes_too_long_is_ended(pool, paper, bomb):
    """The deadline of its limits holds for each of its two tries."""
    extracted = pool.extract(paper(bomb), Limits(seconds=0.2)).result(60)
    assert (extracted.reason, extracted.pages) == ("timeout", ())
    assert extracted.warnings == ("the reading took too long, twice",)


@pytest.mark.faults
def test_a_bomb_of_pages_is_read_in_part(pool, paper):
    """A hundred thousand pages in one file are read up to the limit."""
    extracted = pool.extract(paper(pdf(HELLO, times=100_000)), Limits(pages=50)).result(60)
    assert (extracted.reason, len(extracted.pages)) == ("limit", 50)


@pytest.mark.faults
def test_a_bomb_within_a_bomb_is_contained(pool, paper):
    """Streams packed twice unpack a thousand times a thousandfold."""
    extracted = pool.extract(paper(pdf(bytes(300 << 20), packed=2)), SMALL).result(60)
    assert extracted.reason
    assert not extracted.text


def test_a_missing_file_is_an_error_of_ours(pool, tmp_path):
    """It tells nothing of the document, so it is raised, at once and once."""
    with pytest.raises(FileNotFoundError):
        pool.extract(tmp_path / "nowhere", LIMITS).result(30)


def test_cancelling_ends_the_work(pool):
    """Who gives up a task frees its worker."""
    tasks = [pool.submit(time.sleep, 600, timeout=600) for _ in range(4)]
    assert all(task.cancel() for task in tasks)
    assert pool.submit(abs, -3, timeout=20).result(30) == 3


def test_many_small_documents_go_through(pool, paper):
    """A thousand documents, in order and each with its own text."""
    paths = [paper(f"paper {number}".encode(), str(number)) for number in range(1000)]
    tasks = [pool.extract(path, LIMITS) for path in paths]
    assert [task.result(60).text for task in tasks] == [f"paper {n}" for n in range(1000)]


def test_a_pool_that_lost_all_its_workers_starts_anew(paper):
    """Workers killed while idle break a pool for good; the next task gets a new one."""
    path = paper(pdf(HELLO))
    with Pool(workers=1) as pool:
        worker = pool.submit(os.getpid, timeout=20).result(30)
        os.kill(worker, signal.SIGKILL)
        texts = [pool.extract(path, LIMITS).result(30).text for _ in range(3)]
        assert pool.submit(os.getpid, timeout=20).result(30) != worker
    assert texts == ["A sheriff may not"] * 3


def test_workers_outlive_the_thread_that_asked_first(paper):
    """Linux ties a child to the thread that started it; that thread is the pool's own."""
    path = paper(pdf(HELLO))
    with Pool(workers=1) as pool:
        pids = []
        ask = lambda: pids.append(pool.submit(os.getpid, timeout=20).result(30))  # noqa: E731
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        assert pool.extract(path, LIMITS).result(30).pages
        assert pool.submit(os.getpid, timeout=20).result(30) == pids[0]


def test_closing_is_quick_and_cancels(paper, bomb):
    """Abandoned work is killed in mid-task; nothing can be submitted any more."""
    with Pool(workers=1) as pool:
        worker = pool.submit(os.getpid, timeout=20).result(30)
        running = pool.extract(paper(bomb), LIMITS)
        waiting = pool.submit(time.sleep, 600, timeout=600)
        time.sleep(0.2)
    assert running.cancelled()
    assert waiting.cancelled()
    with pytest.raises(ProcessLookupError):
        os.kill(worker, 0)
    with pytest.raises(RuntimeError, match="closed"):
        pool.submit(abs, 1, timeout=1)
    with pytest.raises(RuntimeError, match="closed"):
        pool.extract(paper(b"x"), LIMITS)
    pool.close()


def test_an_unused_pool_starts_nothing():
    """Processes cost something; a pool that nobody asks has none."""
    before = threading.active_count()
    with Pool():
        assert threading.active_count() == before


def run_script(tmp_path, body):
    """Starts a Python program that has our packages; returns the process."""
    script = tmp_path / "program.py"
    script.write_text(textwrap.dedent(body))
    return subprocess.Popen(
        [sys.executable, str(script)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def test_workers_import_only_what_they_need(tmp_path):
    """Neither the main module of the parent nor Scrapy nor SQL comes into a worker."""
    program = """
        import sys
        import types
        from pathlib import Path
        import monitor.compute
        from pipelines.texts import Limits
        print("main imported")
        sys.modules["scrapy"] = types.ModuleType("scrapy")
        if __name__ == "__main__":
            paper = Path(__file__).with_name("paper.html")
            paper.write_text("<p>words</p>")
            with monitor.compute.Pool(workers=1) as pool:
                pool.extract(paper, Limits()).result(30)
                modules = pool.submit(eval, "sorted(__import__('sys').modules)", timeout=20)
                print(*modules.result(30))
    """
    with run_script(tmp_path, program) as process:
        first, modules = process.communicate(timeout=60)[0].splitlines()
    assert first == "main imported"
    roots = {name.partition(".")[0] for name in modules.split()}
    assert "bs4" in roots
    heavy = {"scrapy", "twisted", "sqlalchemy", "apscheduler", "pydantic", "openpyxl", "storage"}
    assert not roots & heavy


@pytest.mark.faults
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ties children to their parent")
def test_workers_die_with_their_parent(tmp_path):
    """A crawl that is killed leaves no worker behind, not even one that hangs."""
    program = """
        import os, time
        from monitor.compute import Pool
        if __name__ == "__main__":
            pool = Pool(workers=1)
            worker = pool.submit(os.getpid, timeout=20).result(30)
            pool.submit(time.sleep, 600, timeout=600)
            print(worker, flush=True)
            time.sleep(600)
    """
    with run_script(tmp_path, program) as process:
        worker = int(process.stdout.readline())
        process.kill()
        process.wait()
    for _ in range(100):
        if not Path(f"/proc/{worker}").exists():
            return
        time.sleep(0.05)
    pytest.fail("the worker outlived its parent")


# --- the second try, with crews that do as they are told


class ToldCrew:
    """A crew whose tasks end as the test says."""

    def __init__(self, outcome):
        self.outcome = outcome
        self.tasks = []

    def schedule(self, function, args, timeout):
        self.tasks.append((function, args, timeout))
        future = Future()
        if isinstance(self.outcome, Exception):
            future.set_exception(self.outcome)
        else:
            future.set_result(self.outcome)
        return future


READ = Extracted(media_type="text/plain", method="plain", warnings=("as it is",))


def outcome(first, second, path):
    outer = Future()
    crew, alone = ToldCrew(first), ToldCrew(second)
    _Reading(_Document(path, LIMITS, "", ""), outer, alone, ToldCrew(READ)).start(crew)
    return outer, [task[1][0] for task in crew.tasks + alone.tasks]


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (BrokenProcessPool("gone"), "killed its process"),
        (TimeoutError(), "took too long"),
        (MemoryError(), "needed too much memory"),
    ],
)
def test_what_failed_once_is_read_plainly(paper, failure, said):
    """The second reader's text is good, and that it was needed is said."""
    outer, readers = outcome(failure, READ, paper(b"x"))
    assert readers == [extract_text, extract_plainly]
    assert outer.result(0).warnings == (
        "as it is", f"read plainly, because the first reading {said}",
    )  # fmt: skip


def test_what_failed_twice_is_unreadable(paper):
    """Both failures are told, and the last one is the reason."""
    outer, _ = outcome(TimeoutError(), MemoryError(), paper(b"%PDF-"))
    extracted = outer.result(0)
    assert (extracted.media_type, extracted.reason) == ("application/pdf", "limit")
    assert extracted.warnings == (
        "one reading took too long, the other needed too much memory",
    )  # fmt: skip


def test_errors_of_ours_are_not_tried_again(paper):
    """A fault in our own code is raised, not blamed on the document."""
    outer, readers = outcome(KeyError("x"), READ, paper(b"x"))
    assert isinstance(outer.exception(0), KeyError)
    assert readers == [extract_text]


def test_cancelled_futures_stay_cancelled(paper):
    """A result that comes too late changes nothing."""
    outer: Future[Extracted] = Future()
    outer.cancel()
    crew = ToldCrew(READ)
    _Reading(_Document(paper(b"x"), LIMITS, "", ""), outer, crew, crew).start(crew)
    assert wait([outer], 0).done
    with pytest.raises(CancelledError):
        outer.result(0)
