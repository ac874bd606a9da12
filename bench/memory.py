"""What the web processes of a running site hold in memory; Linux alone."""

import re
from pathlib import Path

from tests.running_site import RunningSite


def web_megabytes(site: RunningSite) -> tuple[float, float]:
    """Proportional (PSS): of all web processes together, and of their parent. Shared pages are divided among them."""

    def proportional(number: int) -> float:
        return int(re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{number}/smaps_rollup").read_text(), re.M)[1]) / 1024

    parent = site.children[0].pid
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    return sum(proportional(int(child)) for child in children), proportional(parent)
