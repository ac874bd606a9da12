import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.always_fresh import AlwaysFresh, environment_of_readers
from tests.properties.reader import SecondProcess

#: Few here; `python -m tests.properties` runs for as long as you like.
FEW = settings(
    max_examples=2, stateful_step_count=6, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_cached_pages_always_equal_fresh_pages():
    with SecondProcess(environment_of_readers()) as AlwaysFresh.second:
        run_state_machine_as_test(AlwaysFresh, settings=FEW)
