"""check_style: one test per ban, each with text that it must catch and text that it must leave alone; and this repository."""
import pathlib
import subprocess

import pytest

TOOL = pathlib.Path(__file__).resolve().parent / "check_style"


def check(root, files=None):
    for name, text in (files or {}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    result = subprocess.run([str(TOOL), "--root", str(root)], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    return result.stdout.splitlines()


def rules(root, text, name="src/net/server.cc"):
    return [line.split("[")[1].split("]")[0] for line in check(root, {name: text})]


def test_this_repository_keeps_its_style():
    result = subprocess.run([str(TOOL)], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


@pytest.mark.parametrize("code", [
    "auto f = [&] () -> Task<void> { co_await g(); };",
    "scope.spawn([this](int n) -> Task<int> { if (n) { co_return n; } co_return 0; }(3));",
    "auto f = [x = y]() mutable { return [] { return 1; }; co_await x; };",
])
def test_a_capturing_coroutine_is_found(tmp_path, code):
    assert "capturing-coroutine" in rules(tmp_path, code)


@pytest.mark.parametrize("code", [
    "auto f = []() -> Task<void> { co_await g(); };",
    "auto f = [&] { return g(); };\nTask<void> h() { co_await g(); }",
    "auto f = [&] { return [](int a) -> Task<void> { co_await g(a); }; };",
    "Task<void> h() { co_await items[index].close(); }",
    "[[nodiscard]] Task<void> h() { co_await g(); }",
    "// [&] { co_await x; }\nconst char* text = \"[&] { co_await x; }\";",
])
def test_other_coroutines_are_left_alone(tmp_path, code):
    assert rules(tmp_path, code) == []


@pytest.mark.parametrize("code", [
    "Task<int> f() { const int x = ready ? 1 : co_await g(); co_return x; }",
    "Task<int> f() { co_return co_await g() ? 1 : 2; }",
])
def test_co_await_in_a_conditional_expression_is_found(tmp_path, code):
    assert "co-await-conditional" in rules(tmp_path, code)


@pytest.mark.parametrize("code", [
    "Task<void> f() { while (co_await g()) h(); }",
    "Task<void> f() { for (auto item = co_await g(); item; item = co_await g()) h(); }",
])
def test_co_await_in_a_loop_condition_is_found(tmp_path, code):
    assert "co-await-loop" in rules(tmp_path, code)


def test_co_await_in_a_loop_body_and_an_if_is_left_alone(tmp_path):
    assert rules(tmp_path, "Task<void> f() { while (true) { if (co_await g()) break; const int x = a ? 1 : 2; co_await h(x); } }") == []


@pytest.mark.parametrize("code", [
    "Task<void> f() { co_await write(database, call, [&](SqlTx& tx) { return run(tx); }); }",
    "Task<void> f() { co_await create(Order{id, total}); }",
    "Task<void> f() { co_await create({id, total}); }",
])
def test_a_temporary_inside_co_await_is_found(tmp_path, code):
    assert rules(tmp_path, code) == ["co-await-temporary"]


def test_a_named_closure_and_empty_braces_inside_co_await_are_left_alone(tmp_path):
    assert rules(tmp_path, "Task<void> f() { auto work = [&](SqlTx& tx) { return run(tx); }; co_await write(database, std::move(work)); co_await g({}); co_await sleep_for(Millis{1}); }") == []


def test_detached_work_is_found(tmp_path):
    assert rules(tmp_path, "void f() { std::thread(g).detach(); }") == ["detach"]
    assert rules(tmp_path, "void f() { boost::asio::co_spawn(io, g(), boost::asio::detached); }") == ["detach"]


def test_unfinished_marks_are_found_in_every_language(tmp_path):
    mark = "TO" + "DO"
    for name in ("src/base/id.h", "web/src/page.svelte", "script/build", "tests/api/order_test.py", "src/services/order/schema/0001_orders.sql"):
        found = check(tmp_path / name.replace("/", "_"), {name: f"#pragma once\n# {mark}: later\n"})
        assert [line for line in found if "[unfinished]" in line], name


def test_a_disabled_test_is_found(tmp_path):
    assert rules(tmp_path, "TEST(Order, DISABLED_RefusesCancel) {}") == ["disabled-test"]


def test_product_code_prints_asks_for_time_and_randomness_through_its_seams(tmp_path):
    code = "void f() { std::cout << 1; std::printf(\"x\"); auto t = std::chrono::system_clock::now(); std::random_device r; }"
    assert sorted(rules(tmp_path / "product", code)) == ["printing", "random", "wall-clock"]
    assert rules(tmp_path / "app", code, "src/app/serve.cc") == []
    assert [rule for rule in rules(tmp_path / "test", code, "src/net/server_test.cc") if rule != "test-beside"] == []


def test_a_long_file_is_found(tmp_path):
    assert rules(tmp_path, "int x;\n" * 600) == ["length"]
    assert rules(tmp_path, "int x;\n" * 599) == []


def test_a_header_without_a_guard_is_found(tmp_path):
    assert rules(tmp_path, "int x();\n", "src/net/server.h") == ["header-guard"]


@pytest.mark.parametrize("name", ["src/common/money.cc", "src/base/string_utils.cc", "web/src/helpers/date.ts", "src/app/session_manager.cc"])
def test_a_vague_name_is_found(tmp_path, name):
    assert "vague-name" in rules(tmp_path, "", name)


def test_a_test_without_its_file_is_found(tmp_path):
    assert rules(tmp_path / "bad", "", "src/net/server_test.cc") == ["test-beside"]
    assert check(tmp_path / "good", {"src/net/server_test.cc": "", "src/net/server_drain_test.cc": "", "src/net/server.h": "#pragma once\n"}) == []


def test_a_stem_that_exists_twice_is_found(tmp_path):
    found = check(tmp_path, {"src/net/session.cc": "", "src/services/user/session.cc": "", "src/net/session_test.cc": ""})
    assert len(found) == 2 and all("[unique-stem]" in line for line in found)


def test_an_allowance_silences_its_finding_and_goes_stale_with_it(tmp_path):
    allowed = {"tools/style_allow.txt": "detach src/net/server.cc  # its owner joins by hand\n"}
    assert check(tmp_path, allowed | {"src/net/server.cc": "void f() { t.detach(); }"}) == []
    found = check(tmp_path, {"src/net/server.cc": "void f() {}"})
    assert len(found) == 1 and "allows nothing any more" in found[0]
