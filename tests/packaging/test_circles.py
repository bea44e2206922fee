"""No module needs, over others, one that needs it."""

from graphlib import CycleError, TopologicalSorter

import grimp
import pytest

PACKAGES = ("nvr_protocol", "nvr_fixtures", "nvr_emulator", "nvr_conformance")


def in_order(imports):
    """The modules, each behind those that it imports; CycleError where that cannot be."""
    return list(TopologicalSorter(imports).static_order())


def test_modules_can_be_put_in_an_order():
    graph = grimp.build_graph(*PACKAGES, cache_dir=None)
    # At the top of a package is its door, which imports what is behind it when it is used.
    behind = graph.modules - set(PACKAGES)
    in_order({name: graph.find_modules_directly_imported_by(name) & behind for name in behind})


def test_a_circle_is_found():
    with pytest.raises(CycleError):
        in_order({"a": {"b"}, "b": {"c"}, "c": {"a"}})
