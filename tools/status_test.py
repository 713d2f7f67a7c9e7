"""status on small trees, and on this repository: docs/status.md and the READMEs say what the tests' tags say."""
import pathlib
import subprocess

TOOL = pathlib.Path(__file__).resolve().parent / "status"
MISSION = "# rows\n1 Chat\n8 Order service\n13 Saga | compensation\n"


def tree(root, files):
    for name, text in ({"tools/mission.txt": MISSION} | files).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def status(root, *arguments):
    result = subprocess.run([str(TOOL), "--root", str(root), *arguments], capture_output=True, text=True, check=False)
    assert result.stderr == ""
    return result.returncode, result.stdout


# Rows: 26
def test_the_status_page_of_this_repository_is_fresh():
    result = subprocess.run([str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert (result.returncode, result.stdout) == (0, "")


def test_tags_of_every_language_are_found(tmp_path):
    tree(tmp_path, {
        "src/services/order/order_test.cc": "// Rows: 8, 13\nTEST_F(Order, RefusesCancelAfterShipping) {}\nTEST(Order, Untagged) {}\n",
        "tests/contract/log_contract.h": "// Rows: 1\nTYPED_TEST_P(LogContract, KeepsOrder) {}\n",
        "src/adapters/local/local_log_test.cc": "// Rows: 1\nINSTANTIATE_TEST_SUITE_P(Local, LogContract,\n    testing::Values(1));\n",
        "tests/api/live_sale_test.py": "import x\n# Rows: 8\n@pytest.mark.slow\n@pytest.mark.parametrize(\n    'n', [1,\n    2])\n"
                                       "async def test_sells_exactly_100(n):\n    pass\n",
        "web/src/lib/saga.test.ts": "  // Rows: 13\n  it('lights up each step', () => {})\n",
    })
    assert status(tmp_path) == (0, "")
    page = (tmp_path / "docs" / "status.md").read_text(encoding="utf-8")
    lines = {line.split("|")[1].strip(): line for line in page.splitlines() if line.startswith("|")}
    assert "LogContract.KeepsOrder" in lines["1"] and "Local/LogContract" in lines["1"]
    assert "Order.RefusesCancelAfterShipping" in lines["8"] and "test_sells_exactly_100" in lines["8"]
    assert "lights up each step" in lines["13"] and "Order.RefusesCancelAfterShipping" in lines["13"]
    assert "Untagged" not in page and "3 of 3 rows" in page
    assert status(tmp_path, "--check") == (0, "")


def test_a_stale_page_is_refused(tmp_path):
    tree(tmp_path, {"src/net/server_test.cc": "// Rows: 8\nTEST(Server, Answers) {}\n"})
    status(tmp_path)
    tree(tmp_path, {"src/net/server_test.cc": "TEST(Server, Answers) {}\n"})
    code, output = status(tmp_path, "--check")
    assert code == 1 and "stale" in output


def test_a_tag_above_no_test_is_refused(tmp_path):
    tree(tmp_path, {"src/net/server_test.cc": "// Rows: 8\nint x = 0;\nTEST(Server, Answers) {}\n"})
    code, output = status(tmp_path)
    assert code == 1 and "src/net/server_test.cc:1: a Rows tag stands directly above a test" in output


def test_an_unknown_row_is_refused(tmp_path):
    tree(tmp_path, {"src/net/server_test.cc": "// Rows: 99\nTEST(Server, Answers) {}\n"})
    code, output = status(tmp_path)
    assert code == 1 and "no row 99" in output


def test_a_readme_claims_only_proven_rows(tmp_path):
    tree(tmp_path, {"README.md": "# x\n<!-- rows: 8, 13 -->\n", "src/net/server_test.cc": "// Rows: 8\nTEST(Server, Answers) {}\n"})
    code, output = status(tmp_path)
    assert code == 1 and output == "README.md:2: claims row 13, but no test proves it\n"
