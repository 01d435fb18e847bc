"""The two answers that both logs share."""

import pytest

from chassis.log.positions import partition_of, where_to_start


@pytest.mark.parametrize(
    ("key", "hash_of_java_client"),
    [
        ("21", -973932308),
        ("foobar", -790332482),
        ("a-little-bit-long-string", -985981536),
        ("a-little-bit-longer-string", -1486304829),
        ("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8", -58897971),
        ("abc", 479470107),
    ],
)
def test_keys_go_where_kafkas_own_client_sends_them(key: str, hash_of_java_client: int) -> None:
    """The values of Apache Kafka's UtilsTest.testMurmur2: a record that another client wrote lies where
    ours would have put it."""
    for partitions in (1, 6, 50):
        assert partition_of(key, partitions) == (hash_of_java_client & 0x7FFFFFFF) % partitions


def test_where_to_start() -> None:
    a, b, c, d, e, f = (("t", n) for n in range(6))
    starts, stopped = where_to_start(
        [a, b, c, d, e, f],
        {b: 3, c: 10, d: 11, e: 1},
        {a: 0, b: 0, c: 0, d: 0, e: 2, f: 1},
        dict.fromkeys((a, b, c, d, e, f), 10),
    )
    assert starts == {a: 0, b: 3, c: 10}
    assert stopped.keys() == {d, e, f}


def test_an_empty_topic_is_no_loss() -> None:
    assert where_to_start([("t", 0)], {}, {("t", 0): 0}, {("t", 0): 0}) == ({("t", 0): 0}, {})


def test_the_store_knows_more_than_an_empty_topic() -> None:
    starts, stopped = where_to_start([("t", 0)], {("t", 0): 1}, {("t", 0): 0}, {("t", 0): 0})
    assert (starts, list(stopped.values())) == ({}, ["fewer facts than the database has: position 1, end 0"])
