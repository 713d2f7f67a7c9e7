"""The README's tour with curl, run as it stands there."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def tour():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- tour -->\s*```bash\n(.*?)```\s*<!-- /tour -->", text, re.S)
    assert found, "README.md has its tour between <!-- tour --> and <!-- /tour -->"
    return found.group(1)


# Rows: 6, 8
def test_every_command_of_the_readme_tour_works(own_shop):
    for program in ("curl", "jq"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed")
    own_shop.product(stock=1000, amount=39_900)
    script = "set -euo pipefail\n" + tour()
    done = subprocess.run(["bash", "-c", script], env=dict(os.environ, SHOP=own_shop.server.url), capture_output=True, text=True, timeout=120,
                          check=False)
    assert done.returncode == 0, f"the tour stopped early:\n{done.stdout}\n{done.stderr}"
    questions = tour().count("jq -e") - 1  # one of them asks for an id
    assert questions > 0 and done.stdout.count("true\n") == questions, done.stdout
