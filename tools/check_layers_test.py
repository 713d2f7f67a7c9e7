"""check_layers on small trees made for one rule each, and on this repository."""
import pathlib
import subprocess

TOOL = pathlib.Path(__file__).resolve().parent / "check_layers"


def check(root=None):
    command = [str(TOOL)] + (["--root", str(root)] if root else [])
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    return result.returncode, result.stdout


def tree(root, files):
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def include(*names):
    return "".join(f'#include "{name}"\n' if not name.startswith("<") else f"#include {name}\n" for name in names)


def test_this_repository_keeps_its_layers():
    status, output = check()
    assert (status, output) == (0, "")


def test_downward_includes_are_allowed(tmp_path):
    tree(tmp_path, {
        "src/base/money.h": "",
        "src/runtime/loop.h": include("base/money.h"),
        "src/services/order/order_api.h": include("base/money.h"),
        "src/services/order/domain/order_state.h": include("base/money.h"),
        "src/services/order/order_service.cc": include("services/order/order_api.h", "services/order/domain/order_state.h", "runtime/loop.h"),
        "src/services/gateway/gateway_routes.cc": include("services/order/order_api.h"),
        "src/app/main.cc": include("services/order/order_api.h", "runtime/loop.h", "<CLI/CLI.hpp>"),
    })
    assert check(tmp_path) == (0, "")


def test_an_upward_include_is_named_with_its_line(tmp_path):
    tree(tmp_path, {"src/base/money.h": "// money\n" + include("runtime/loop.h"), "src/runtime/loop.h": ""})
    status, output = check(tmp_path)
    assert status == 1
    assert "src/base/money.h:2: base may not include runtime/loop.h" in output


def test_a_service_sees_only_the_door_of_another(tmp_path):
    tree(tmp_path, {"src/services/order/order_store.h": "", "src/services/payment/payment_service.cc": include("services/order/order_store.h")})
    status, output = check(tmp_path)
    assert status == 1
    assert "services/payment may not include services/order/order_store.h" in output


def test_domain_is_pure(tmp_path):
    tree(tmp_path, {"src/services/order/domain/order_state.h": include("runtime/loop.h", "<boost/asio/post.hpp>"), "src/runtime/loop.h": ""})
    status, output = check(tmp_path)
    assert status == 1
    assert "order_state.h:1:" in output and "order_state.h:2:" in output


def test_adapters_never_include_services(tmp_path):
    tree(tmp_path, {"src/services/order/order_api.h": "", "src/adapters/sqlite/sqlite_database.cc": include("services/order/order_api.h")})
    assert check(tmp_path)[0] == 1


def test_nothing_includes_app(tmp_path):
    tree(tmp_path, {"src/app/composition.h": "", "src/services/order/order_module.cc": include("app/composition.h")})
    assert check(tmp_path)[0] == 1


def test_only_tests_include_the_test_folder_and_foreign_adapters(tmp_path):
    files = {"tests/contract/sql_contract.h": "", "src/adapters/sqlite/sqlite_database.h": ""}
    body = include("contract/sql_contract.h", "adapters/sqlite/sqlite_database.h")
    tree(tmp_path / "good", files | {"src/services/order/order_store_test.cc": body})
    tree(tmp_path / "bad", files | {"src/services/order/order_store.cc": body})
    assert check(tmp_path / "good") == (0, "")
    status, output = check(tmp_path / "bad")
    assert status == 1 and output.count("may not include") == 2


def test_a_fixture_is_a_tests_file_and_only_theirs(tmp_path):
    tree(tmp_path, {"src/adapters/sqlite/sqlite_database.h": "", "src/services/order/order_fixture.h": include("adapters/sqlite/sqlite_database.h"),
                    "src/services/order/order_store_test.cc": include("services/order/order_fixture.h")})
    assert check(tmp_path) == (0, "")
    tree(tmp_path, {"src/services/order/order_store.cc": include("services/order/order_fixture.h")})
    status, output = check(tmp_path)
    assert status == 1 and "order_store.cc:1: services/order/order_fixture.h is for tests" in output


def test_an_outside_library_stays_in_its_folder(tmp_path):
    tree(tmp_path, {"src/services/order/order_store.cc": include("<sqlite3.h>"), "src/adapters/sqlite/sqlite_database.cc": include("<sqlite3.h>")})
    status, output = check(tmp_path)
    assert status == 1 and output.count("\n") == 1 and "order_store.cc:1: services/order may not include <sqlite3.h>" in output


def test_doors_that_include_each_other_are_a_circle(tmp_path):
    tree(tmp_path, {"src/services/order/order_api.h": include("services/payment/payment_api.h"),
                    "src/services/payment/payment_api.h": include("services/order/order_api.h")})
    status, output = check(tmp_path)
    assert status == 1 and "in a circle" in output


def test_services_that_use_each_others_doors_are_no_circle(tmp_path):
    tree(tmp_path, {"src/services/order/order_api.h": "", "src/services/payment/payment_api.h": "",
                    "src/services/order/order_saga.cc": include("services/payment/payment_api.h"),
                    "src/services/payment/payment_service.cc": include("services/order/order_api.h")})
    assert check(tmp_path) == (0, "")


def test_an_include_that_leads_nowhere_is_named(tmp_path):
    tree(tmp_path, {"src/base/money.cc": include("money.h"), "src/base/money.h": ""})
    status, output = check(tmp_path)
    assert status == 1 and '"money.h" leads nowhere' in output


def test_the_generated_schema_header_needs_its_folder(tmp_path):
    body = include("services/order/order_schema.h")
    tree(tmp_path / "good", {"src/services/order/order_store.cc": body, "src/services/order/schema/0001_orders.sql": ""})
    tree(tmp_path / "bad", {"src/services/order/order_store.cc": body})
    assert check(tmp_path / "good")[0] == 0
    assert check(tmp_path / "bad")[0] == 1


def test_a_folder_without_a_layer_is_refused(tmp_path):
    tree(tmp_path, {"src/extras/thing.h": ""})
    status, output = check(tmp_path)
    assert status == 1 and "no layer" in output
