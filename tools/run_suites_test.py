"""run_suites: what it makes of the output of suites that pass, fail, skip, crash, hang and say nothing."""
import importlib.machinery
import importlib.util
import os
import pathlib
import stat
import subprocess
import sys

import pytest

TOOL = pathlib.Path(__file__).resolve().parent / "run_suites"


@pytest.fixture(name="runner", scope="module")
def load_runner():
    loader = importlib.machinery.SourceFileLoader("run_suites", str(TOOL))
    spec = importlib.util.spec_from_loader("run_suites", loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules["run_suites"] = module
    loader.exec_module(module)
    return module


def run_all(tmp_path, programs, ci=False, arguments=()):
    """Runs shell scripts in place of GoogleTest programs."""
    tests = tmp_path / "tests"
    tests.mkdir(exist_ok=True)
    for name, body in programs.items():
        path = tests / name
        path.write_text("#!/bin/bash\n" + body, encoding="utf-8")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
    (tests / "suites.txt").write_text("\n".join(programs) + "\n", encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "CI"} | ({"CI": "true"} if ci else {})
    environment["JANGTEO_TEST_LOGS"] = str(tmp_path / "logs")
    result = subprocess.run([str(TOOL), "--build", str(tmp_path), "--only-cpp", *arguments], capture_output=True, text=True,
                            check=False, env=environment)
    assert result.stderr == ""
    return result.returncode, result.stdout.splitlines()[-1], result.stdout


PASS = "echo '[ RUN      ] A.B'; echo '[       OK ] A.B (0 ms)'\n"
FAIL = "echo '[ RUN      ] A.C'; echo 'x.cc:3: Failure'; echo '[  FAILED  ] A.C, where GetParam() = 4 (12 ms)'\n"
SKIP = "echo '[ RUN      ] A.D'; echo 'no server here'; echo '[  SKIPPED ] A.D (0 ms)'\n"
END = "echo '[==========] 3 tests from 1 test suite ran. (5 ms total)'\n"


def test_counts_are_added_up_over_suites(tmp_path):
    status, last, _ = run_all(tmp_path, {"a_test": PASS + PASS + END, "b_test": PASS + SKIP + END})
    assert (status, last) == (0, "3 passed, 0 failed, 1 skipped")


def test_a_failed_test_is_named_and_its_log_shown(tmp_path):
    status, last, output = run_all(tmp_path, {"a_test": PASS + FAIL + END + "echo '[  FAILED  ] A.C, where GetParam() = 4'; exit 1\n"})
    assert (status, last) == (1, "1 passed, 1 failed, 0 skipped")
    assert "FAILED a_test: A.C" in output and "x.cc:3: Failure" in output


def test_in_ci_a_skipped_test_is_a_failure(tmp_path):
    status, last, output = run_all(tmp_path, {"a_test": PASS + SKIP + END}, ci=True)
    assert (status, last) == (1, "1 passed, 1 failed, 0 skipped")
    assert "A.D (skipped, which CI does not accept)" in output and "no server here" in output


def test_a_crash_names_the_test_that_was_running(tmp_path):
    status, last, output = run_all(tmp_path, {"a_test": PASS + "echo '[ RUN      ] A.E'; kill -SEGV $$\n"})
    assert status == 1 and last.startswith("1 passed, ")
    assert "A.E (did not finish)" in output and "crashed: SIGSEGV" in output


def test_a_suite_that_ends_early_with_success_is_a_failure(tmp_path):
    status, _, output = run_all(tmp_path, {"a_test": PASS + "exit 0\n"})
    assert status == 1 and "before its summary" in output


def test_a_bad_exit_status_without_a_failed_test_is_a_failure(tmp_path):
    status, _, output = run_all(tmp_path, {"a_test": PASS + END + "exit 23\n"})
    assert status == 1 and "ended with status 23" in output


def test_a_hung_suite_is_ended_and_named(tmp_path):
    status, _, output = run_all(tmp_path, {"a_test": PASS + "sleep 1000\n", "b_test": PASS + END}, arguments=("--timeout", "0.5"))
    assert status == 1 and "a_test: did not end within 0.5 s" in output and "ok     b_test" in output


def test_a_missing_program_is_a_failure(tmp_path):
    run_all(tmp_path, {"a_test": PASS + END})
    (tmp_path / "tests" / "a_test").unlink()
    environment = dict(os.environ, JANGTEO_TEST_LOGS=str(tmp_path / "logs"))
    result = subprocess.run([str(TOOL), "--build", str(tmp_path), "--only-cpp"], capture_output=True, text=True, check=False, env=environment)
    assert result.returncode == 1 and "could not be started" in result.stdout


def test_nothing_ran_is_a_failure(tmp_path):
    status, last, _ = run_all(tmp_path, {})
    assert (status, last) == (1, "0 passed, 0 failed, 0 skipped")


def test_a_junit_report_is_read_with_reasons(runner, tmp_path):
    report = tmp_path / "report.xml"
    report.write_text('<testsuites><testsuite><testcase classname="m" name="a"/><testcase classname="m" name="b"><failure/></testcase>'
                      '<testcase classname="m" name="c"><skipped message="no JMeter"/></testcase><testcase name="d"><error/></testcase>'
                      "</testsuite></testsuites>", encoding="utf-8")
    outcome = runner.read_junit("", runner.Suite("tests/api", [], None, report=report))
    assert (outcome.passed, outcome.failed, outcome.skipped, outcome.ended) == (1, ["m::b", "d"], ["m::c (no JMeter)"], True)


def test_the_summary_of_both_node_versions_is_read(runner):
    tap = "ok 1 - a\nnot ok 2 - buys a product\n# tests 3\n# pass 2\n# fail 1\n# cancelled 0\n# skipped 0\n# todo 0\n"
    spec = "✔ a (3ms)\n✖ buys a product (12.5ms)\nℹ tests 3\nℹ pass 2\nℹ fail 1\nℹ cancelled 0\nℹ skipped 0\nℹ todo 0\n"
    for text in (tap, spec):
        outcome = runner.read_node(text, None)
        assert (outcome.passed, outcome.failed, outcome.ended) == (2, ["buys a product"], True)
    assert not runner.read_node("Error: cannot find module\n", None).ended
