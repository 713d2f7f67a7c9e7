import importlib.util
import json
import pathlib
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

import pytest

HERE = pathlib.Path(__file__).resolve().parent


def load(name):
    specification = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


answer_log = load("answer_log")


def verdicts(samples):
    return {row.name.split(" (")[0]: row.verdict for row in samples.rows()}


def test_reads_what_jmeter_writes(tmp_path):
    file = tmp_path / "a.jtl"
    file.write_text("timeStamp,elapsed,label,responseCode,responseMessage,success\n1000,10,GET /x,200,OK,true\n"
                    "1500,700,GET /x,200,OK,true\n1600,20,GET /x,503,\"busy, later\",false\n")
    samples = answer_log.read_jmeter(file)
    assert (samples.count, samples.failed, samples.good) == (3, 1, 1)
    assert (samples.first_ms, samples.last_ms) == (1000, 2200)
    assert samples.failures == {"503": 1}


def test_reads_what_gatling_writes(tmp_path):
    file = tmp_path / "simulation.log"
    file.write_text("RUN\tjangteo\tx\t1\t \t3.11.5\nUSER\tBrowse\tSTART\t1000\n"
                    "REQUEST\t\tGET /x\t1000\t1010\tOK\t \nREQUEST\t\tPOST /y\t2000\t2020\tKO\tstatus.find.is(201), found 409\n")
    samples = answer_log.read_gatling(file)
    assert samples.by_name == {"GET /x": 1, "POST /y": 1}
    assert samples.failures == {"POST /y: status.find.is(201), found 409": 1}


def test_reads_what_k6_writes(tmp_path):
    file = tmp_path / "a.csv"
    file.write_text("metric_name,timestamp,metric_value,check,error,expected_response,name,status\n"
                    "http_reqs,100,1.000000,,,true,GET /x,200\nhttp_req_duration,100,12.600000,,,true,GET /x,200\n"
                    "http_req_duration,101,2.000000,,,false,GET /x,500\n")
    samples = answer_log.read_k6(file)
    assert (samples.count, samples.failed, dict(samples.count_by_ms)) == (2, 1, {13: 1, 2: 1})


def test_holds_a_run_against_the_service_level():
    samples = answer_log.Samples()
    for number in range(1000):
        samples.add("GET", number, 199 if number < 950 else 499, True)
    assert verdicts(samples) == verdicts(samples) | {"failures": "ok", "availability": "ok", "p95": "ok", "p99": "ok"}
    for number in range(15):
        samples.add("GET", number, 500, number > 0, "503")
    assert verdicts(samples) == verdicts(samples) | {"failures": "MISSED", "availability": "MISSED", "p95": "MISSED", "p99": "MISSED"}


def test_a_run_without_requests_is_no_success():
    with pytest.raises(ValueError):
        answer_log.Samples().rows()


def test_the_jmeter_plan_has_the_original_figures():
    plan = ElementTree.parse(HERE / "products.jmx").getroot()
    text = {element.get("name"): element.text for element in plan.iter("stringProp")}
    assert text["ThreadGroup.num_threads"] == "${__P(threads,1000)}"
    assert text["ThreadGroup.ramp_time"] == "${__P(rampup,60)}"
    assert text["ThreadGroup.duration"] == "${__P(duration,300)}"
    assert text["HTTPSampler.port"] == "${__P(port,8080)}"
    assert (text["HTTPSampler.method"], text["HTTPSampler.path"]) == ("GET", "/api/products")


def test_the_gatling_scenario_has_the_original_figures():
    source = (HERE / "gatling/src/test/java/jangteo/load/BrowseAndBuySimulation.java").read_text(encoding="utf-8")
    defaults = dict(re.findall(r'"(usersPerSecFrom|usersPerSecTo|rampSeconds|steadySeconds)", "?(\d+)', source))
    assert {name: int(value) for name, value in defaults.items()} == {
        "usersPerSecFrom": 10, "usersPerSecTo": 100, "rampSeconds": 300, "steadySeconds": 600}
    orders = (10 + 100) / 2 * int(defaults["rampSeconds"]) + 100 * int(defaults["steadySeconds"])
    assert orders == 76_500


def run_k6_script(name, answers):
    """Runs a script's options and one pass of its default function in node, k6's modules replaced by recorders."""
    source = re.sub(r"^import .*$", "", (HERE / "k6" / f"{name}.js").read_text(encoding="utf-8"), flags=re.MULTILINE)
    source = source.replace("export default function", "function pass").replace("export const options", "const options")
    program = f"""
const __ENV = {{}}; const sent = []; const answers = {json.dumps(answers)};
const answer = (method, url, body) => {{ sent.push([method, url, body ?? null]); const [status, page] = answers.shift();
  return {{ status, json: () => page }}; }};
const http = {{ get: (url) => answer("GET", url), post: (url, body) => answer("POST", url, body), expectedStatuses: (...all) => all,
  setResponseCallback: () => {{}} }};
const check = (one, rules) => Object.values(rules).every((rule) => rule(one)); const sleep = () => {{}};
{source}
pass();
console.log(JSON.stringify({{ options, sent }}));
"""
    done = subprocess.run(["node", "-"], input=program, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


@pytest.fixture
def node():
    if not shutil.which("node"):
        pytest.skip("node is not installed")


def test_the_k6_twin_of_the_jmeter_plan_asks_for_the_same(node):
    run = run_k6_script("products", [[200, None]])
    assert run["sent"] == [["GET", "http://127.0.0.1:8080/api/products", None]]
    stages = run["options"]["scenarios"]["products"]["stages"]
    assert stages == [{"duration": "60s", "target": 1000}, {"duration": "240s", "target": 1000}]


def test_the_k6_twin_of_the_gatling_scenario_orders_what_the_list_named(node):
    run = run_k6_script("browse_and_buy", [[200, ["prd_1"]], [201, None]])
    assert run["sent"][1][:2] == ["POST", "http://127.0.0.1:8080/api/orders"]
    assert json.loads(run["sent"][1][2]) == {"productId": "prd_1"}
    scenario = run["options"]["scenarios"]["browseAndBuy"]
    assert scenario["startRate"] == 10
    assert scenario["stages"] == [{"duration": "300s", "target": 100}, {"duration": "600s", "target": 100}]


def test_the_k6_twin_orders_nothing_when_the_list_failed(node):
    assert len(run_k6_script("browse_and_buy", [[503, None]])["sent"]) == 1
