# SPDX-License-Identifier: MIT
"""Twenty schedules of storm.py. ./fw storm --runs N draws others."""

import pytest
from storm import Schedule, run

N_SCHEDULES = 20


@pytest.mark.parametrize("seed", range(1, N_SCHEDULES + 1))
def test_storm(kafka, material, undisturbed, tmp_path, seed):
    schedule = Schedule(seed, material.messages)
    print(schedule)
    result = run(kafka, tmp_path, material, undisturbed, schedule)
    assert result.kinds, "no interruption counted"
