# SPDX-License-Identifier: MIT
"""Against a real broker: the C programs test_group.c, test_transaction.c, test_rules.c, test_layout.c and test_assemble.c."""

import os
import subprocess

import pytest
from firewatch import BINARY


@pytest.mark.parametrize("name", ["group", "transaction", "rules", "layout", "assemble"])
def test_against_a_broker(kafka, name):
    environment = {**os.environ, "KAFKA_TEST_BOOTSTRAP": kafka.bootstrap, "CMOCKA_MESSAGE_OUTPUT": "TAP"}
    program = BINARY.parent / f"test_broker_{name}"
    done = subprocess.run([program], env=environment, capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not done.stdout.startswith("1..0"), "it found no broker"
