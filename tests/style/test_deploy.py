# SPDX-License-Identifier: MIT
"""What deploy/ tells Prometheus and Grafana: only metrics that there are, and alerts that fire when they should."""

import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest
import tree

RULES = tree.ROOT / "deploy" / "prometheus" / "firewatch.rules.yml"
RULE_TESTS = tree.ROOT / "deploy" / "prometheus" / "firewatch.rules.test.yml"
DASHBOARD = tree.ROOT / "deploy" / "grafana" / "firewatch.json"
DEPS = pathlib.Path(os.environ.get("FIREWATCH_DEPS", tree.ROOT / ".deps"))
PROMTOOL = shutil.which("promtool", path=f"{DEPS / 'promtool'}:{os.environ['PATH']}")
METRIC = re.compile(r"\b(?:firewatch|kafka|process)_[a-z_]+\b")


@pytest.fixture(scope="module")
def metrics(firewatch):
    """Every name that a scrape can have."""
    text = subprocess.run([firewatch, "help", "metrics"], capture_output=True, text=True, check=True).stdout
    kinds = dict(re.findall(r"^\| `(\w+)` \| (\w+) \|", text, re.M))
    assert len(kinds) > 30
    parts = {f"{name}_{part}" for name, kind in kinds.items() if kind == "histogram" for part in ("bucket", "sum", "count")}
    return set(kinds) | parts


def expressions():
    """(where, expression) of all panels and variables of the dashboard, and of the rules and their tests."""
    dashboard = json.loads(DASHBOARD.read_text(encoding="utf-8"))
    for panel in dashboard["panels"]:
        for target in panel.get("targets", ()):
            yield f"panel {panel['title']}", target["expr"]
    for variable in dashboard["templating"]["list"]:
        yield f"variable {variable['name']}", variable.get("definition", "")
    for path in (RULES, RULE_TESTS):
        for number, line in enumerate(tree.lines(path), 1):
            found = re.search(r"(?:expr|series|description): (.*)", line)
            if found:
                yield f"{tree.name(path)}:{number}", found.group(1)


def test_every_metric_is_in_the_table(metrics):
    faults = []
    n_seen = 0
    for where, expression in expressions():
        names = set(METRIC.findall(expression))
        n_seen += len(names)
        faults += [f"{where}: there is no {name}" for name in sorted(names - metrics)]
    assert n_seen > 60
    tree.report(faults)


def test_every_alert_is_tested():
    alerts = set(re.findall(r"- alert: (\w+)", RULES.read_text(encoding="utf-8")))
    tested = set(re.findall(r'alertname=\\?"(\w+)', RULE_TESTS.read_text(encoding="utf-8")))
    assert len(alerts) > 10
    assert alerts == tested


@pytest.mark.skipif(PROMTOOL is None, reason="there is no promtool (Debian: in the package prometheus)")
@pytest.mark.parametrize("words", [("check", "rules", RULES.name), ("test", "rules", RULE_TESTS.name)])
def test_promtool_takes_the_rules(words):
    done = subprocess.run([PROMTOOL, *words], cwd=RULES.parent, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0 and "SUCCESS" in done.stdout, done.stdout + done.stderr


def test_the_dashboard_has_whole_panels():
    panels = json.loads(DASHBOARD.read_text(encoding="utf-8"))["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels) > 20
    for panel in panels:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        assert panel["type"] == "row" or (panel["targets"] and panel["description"]), panel["title"]
