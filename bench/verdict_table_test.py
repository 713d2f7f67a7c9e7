from bench.verdict_table import Row, is_met, render


def test_tells_goal_ok_missed_and_information_apart():
    assert Row("rate", 20_000, "", 10_000, 20_000).verdict == "goal"
    assert Row("rate", 12_000, "", 10_000, 20_000).verdict == "ok"
    assert Row("rate", 9_999, "", 10_000, 20_000).verdict == "MISSED"
    assert Row("p99", 101, "ms", 100, 50, less_is_better=True).verdict == "MISSED"
    assert Row("p99", 40, "ms", 100, 50, less_is_better=True).verdict == "goal"
    assert Row("cpu", 5).verdict == "-"


def test_one_missed_must_fails_the_whole():
    assert is_met([Row("a", 1, "", 1), Row("b", 5)])
    assert not is_met([Row("a", 1, "", 1), Row("b", 0.5, "", 0.6)])


def test_renders_target_measured_and_verdict_in_one_line():
    text = render([Row("p99 at 10,000/s", 3.2, "ms", 5, 2, less_is_better=True)])
    assert text.splitlines()[1].split() == ["p99", "at", "10,000/s", "<=", "5", "<=", "2", "3.200", "ms", "ok"]
