"""How a redline's page looks: light and dark, wide and narrow, on paper.

Additions are underlined and deletions struck, so that colours only help. The
page has no script: one column or two is a matter of width, or of a checkbox.
"""

from base64 import b64encode
from hashlib import sha256

_ONE_COLUMN = """
{0}table, {0}tbody, {0}tr, {0}td, {0}th {{ display: block; width: auto; }}
{0}thead, {0}.same .old, {0}tr.edit td.pair, {0}.two, {0}td:empty, {0}tr.edit td:empty {{ display: none; }}
{0}tr.same td, {0}tr.edit td {{ width: auto; padding: .35rem .75rem; border: 0; }}
{0}tr.edit {{ border-left: 3px solid var(--edge); margin: .35rem 0; }}
{0}.one {{ display: block; }}
"""

STYLE = f"""
:root {{ color-scheme: light dark;
  --paper: #fff; --ink: #1c2733; --quiet: #5a6878; --rule: #d9dfe6; --wash: #f4f6f8;
  --link: #1a4f8b; --edge: #b9c6d4;
  --in: #d9f2e1; --in-ink: #0d4a26; --out: #fde2df; --out-ink: #8a1c13;
  --move: #e0eafc; --move-ink: #1b3f7d; }}
@media (prefers-color-scheme: dark) {{ :root {{
  --paper: #14191f; --ink: #dde4eb; --quiet: #9aa7b4; --rule: #313b46; --wash: #1c232b;
  --link: #8ab8f0; --edge: #4a5766;
  --in: #143a24; --in-ink: #a5e8be; --out: #451b18; --out-ink: #ffb9b1;
  --move: #1b2f52; --move-ink: #b3ceff; }} }}
* {{ box-sizing: border-box; }}
html {{ scroll-padding-top: 3rem; -webkit-text-size-adjust: 100%; }}
body {{ margin: 0 auto; max-width: 84rem; padding: 1.75rem 1.25rem 4rem; background: var(--paper);
  color: var(--ink); font: 1rem/1.55 Georgia, "Times New Roman", serif; overflow-wrap: anywhere; }}
h1 {{ margin: 0; font-size: 1.6rem; line-height: 1.25; text-wrap: balance; }}
header, nav, details, label, thead, .head, .gap, .move, footer {{
  font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; }}
a {{ color: var(--link); }}
.names {{ margin: .3rem 0 0; color: var(--quiet); }}
.tally {{ display: flex; flex-wrap: wrap; align-items: center; gap: .5rem; margin: 1rem 0; padding: 0; list-style: none; }}
.tally li {{ padding: .15rem .7rem; border-radius: 1rem; background: var(--wash); }}
.tally .in {{ background: var(--in); color: var(--in-ink); }}
.tally .out {{ background: var(--out); color: var(--out-ink); }}
.tally .moved {{ background: var(--move); color: var(--move-ink); }}
nav, details {{ margin: .6rem 0; font-size: .9rem; }}
summary {{ cursor: pointer; color: var(--quiet); }}
.touched {{ display: flex; flex-wrap: wrap; gap: .2rem 1rem; margin: .4rem 0; padding: 0; list-style: none; }}
.list {{ margin: .4rem 0; padding-left: 1.2rem; }}
.choose {{ display: inline-flex; gap: .4rem; align-items: center; font-size: .9rem; color: var(--quiet); }}
table {{ width: 100%; margin-top: 1rem; border-collapse: collapse; table-layout: fixed; }}
caption {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
thead th {{ position: sticky; top: 0; z-index: 1; padding: .5rem .9rem; background: var(--paper);
  border-bottom: 2px solid var(--rule); color: var(--quiet); font-size: .85rem; text-align: left; }}
.head th {{ padding: 1.1rem .9rem .3rem; color: var(--quiet); font-size: .85rem; text-align: left; }}
.head a {{ color: inherit; text-decoration: none; }}
.gap td {{ padding: .5rem .9rem; color: var(--quiet); font-size: .8rem; text-align: center; }}
tr.same td, tr.edit td {{ width: 50%; padding: .4rem .9rem; vertical-align: top; }}
tr.edit td {{ background: var(--wash); }}
tr.edit td.new {{ border-left: 1px solid var(--rule); }}
tr:target td {{ outline: 2px solid var(--link); outline-offset: -2px; }}
ins, del {{ padding: 0 .1em; border-radius: .15em; -webkit-box-decoration-break: clone; box-decoration-break: clone; }}
ins {{ background: var(--in); color: var(--in-ink); text-decoration: underline; text-underline-offset: .15em; text-decoration-thickness: 1px; }}
del {{ background: var(--out); color: var(--out-ink); text-decoration: line-through; text-decoration-thickness: 1px; }}
ins.moved, del.moved {{ background: var(--move); color: var(--move-ink); }}
ins.moved {{ text-decoration-style: double; }}
ins::before, del::before, ins::after, del::after {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }}
ins::before {{ content: " [inserted: "; }}
del::before {{ content: " [deleted: "; }}
ins.moved::before, del.moved::before {{ content: " [moved: "; }}
ins::after, del::after {{ content: "] "; }}
.move {{ font-size: .8rem; white-space: nowrap; }}
.omitted {{ color: var(--quiet); }}
.one {{ display: none; }}
footer {{ margin-top: 2rem; color: var(--quiet); font-size: .8rem; }}
{_ONE_COLUMN.format("body:has(#one:checked) ")}
@media screen and (max-width: 48rem) {{
body {{ padding: 1rem .75rem 3rem; }}
h1 {{ font-size: 1.3rem; }}
.choose {{ display: none; }}
{_ONE_COLUMN.format("")}
}}
@media print {{
:root {{ color-scheme: light; --paper: #fff; --ink: #000; --quiet: #444; --rule: #999; --wash: #fff; --link: #000; }}
body {{ max-width: none; padding: 0; font-size: 10pt; }}
.choose, nav {{ display: none; }}
thead th {{ position: static; }}
tr {{ break-inside: avoid; }}
.head {{ break-after: avoid; }}
ins, del {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
}}
"""

POLICY = (
    "default-src 'none'; "
    f"style-src 'sha256-{b64encode(sha256(STYLE.encode()).digest()).decode()}'; "
    "base-uri 'none'; form-action 'none'"
)
"""What a browser may do for the page: show it in this style, and nothing else."""
