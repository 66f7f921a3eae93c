# SPDX-License-Identifier: MIT
"""What the fault tests share: videos to feed, and what becomes of them undisturbed."""

import pytest
from material import BAD, Material
from scene import Undisturbed


@pytest.fixture(scope="session")
def material(kafka, tmp_path_factory):
    return Material(kafka, tmp_path_factory.mktemp("material"))


@pytest.fixture(scope="session")
def undisturbed(kafka, material, tmp_path_factory):
    return Undisturbed(kafka, tmp_path_factory.mktemp("undisturbed"), material, BAD)
