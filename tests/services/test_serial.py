"""Numbers of a series: from 1, each once, whoever asks at the same moment."""

from __future__ import annotations

from threading import Thread

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.models import Project, db
from survey.services.serial import last_serial, take_serial, take_serials

SERIES = st.sampled_from(["dossier:1:1", "dossier:1:2", "delivery"])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(SERIES, st.integers(0, 4), min_size=1), max_size=6))
def test_no_number_is_given_twice_and_none_is_left_out(project: Project, wishes: list[dict[str, int]]) -> None:
    given_out = {
        kind: list(range(1, last_serial(project.id, kind) + 1)) for kind in ("dossier:1:1", "dossier:1:2", "delivery")
    }
    for wish in wishes:
        for kind, first in take_serials(project.id, wish).items():
            given_out[kind] += range(first, first + wish[kind])
    for kind, numbers in given_out.items():
        assert numbers == list(range(1, last_serial(project.id, kind) + 1))


def test_two_who_begin_a_series_at_the_same_moment_get_different_numbers(project: Project) -> None:
    project_id = project.id
    db.session.commit()
    found: list[int] = []

    def take() -> None:
        with engine.begin() as other:
            found.append(take_serial(project_id, "delivery", connection=other))

    engine, second = db.engine, Thread(target=take)
    with engine.begin() as one:
        found.append(take_serial(project_id, "delivery", connection=one))
        second.start()
    second.join()
    assert found == [1, 2]
