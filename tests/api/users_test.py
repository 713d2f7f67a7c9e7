"""Accounts and sessions against the running program: register, log in, refresh, log out, me; roles; pages' cookies; restarts."""
import base64
import concurrent.futures
import json

import pytest

from tests.support.server import run_jangteo
from tests.support.shop import product_draft, unique

PASSWORD = "correct horse battery"


def assert_problem(answer, status, code):
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text


def register(client, email, password=PASSWORD, name="김민지"):
    return client.post("/api/users", json={"email": email, "password": password, "name": name})


def log_in(client, email, password=PASSWORD, **more):
    return client.post("/api/auth/login", json={"email": email, "password": password, **more})


@pytest.fixture
def email(shop):
    """The e-mail of an account that was just registered."""
    address = f"{unique('mina')}@shop.example"
    assert register(shop.client, address).status_code == 201
    return address


@pytest.fixture
def session(shop, email):
    answer = log_in(shop.client, email)
    assert answer.status_code == 200, answer.text
    return answer.json()


def me(shop, token):
    return shop.client.get("/api/users/me", headers={"Authorization": f"Bearer {token}"})


def refresh(shop, token):
    return shop.client.post("/api/auth/refresh", json={"refreshToken": token})


# Rows: 6
def test_a_registered_user_logs_in_and_is_known(shop):
    address = f"{unique('Mina')}@Shop.Example"
    registered = register(shop.client, f"  {address} ")
    assert registered.status_code == 201, registered.text
    assert registered.json()["email"] == address.lower()
    tokens = log_in(shop.client, address).json()
    assert tokens["tokenType"] == "Bearer" and tokens["expiresIn"] == 600
    mine = me(shop, tokens["accessToken"])
    assert mine.json() == registered.json()
    assert mine.json()["roles"] == ["customer"]
    assert "password" not in mine.text


def test_every_bad_field_of_a_registration_is_named(shop):
    answer = register(shop.client, "nobody", "short", " ")
    assert_problem(answer, 422, "invalid")
    assert {error["param"] for error in answer.json()["errors"]} == {"email", "password", "name"}


# Rows: 6
def test_one_email_registered_fifty_times_at_once_is_one_account(shop):
    address = f"{unique('race')}@shop.example"
    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(lambda _: register(shop.client, address), range(50)))
    codes = [answer.status_code if answer.status_code == 201 else answer.json()["code"] for answer in answers]
    assert codes.count(201) == 1, codes
    assert set(codes) <= {201, "email_taken", "unavailable"}, codes
    assert log_in(shop.client, address).status_code == 200


def test_a_wrong_password_and_an_unknown_account_are_answered_alike(shop, email):
    answers = [log_in(shop.client, email, "wrong password"), log_in(shop.client, f"{unique('nobody')}@shop.example", "wrong password")]
    for answer in answers:
        assert_problem(answer, 401, "unauthorized")
    bodies = [{name: value for name, value in answer.json().items() if name != "requestId"} for answer in answers]
    assert bodies[0] == bodies[1]


# Rows: 6
def test_a_refresh_token_works_once_and_its_return_ends_the_session(shop, session):
    renewed = refresh(shop, session["refreshToken"])
    assert renewed.status_code == 200, renewed.text
    assert me(shop, renewed.json()["accessToken"]).status_code == 200
    assert_problem(refresh(shop, session["refreshToken"]), 401, "unauthorized")
    assert_problem(refresh(shop, renewed.json()["refreshToken"]), 401, "unauthorized")
    assert_problem(me(shop, renewed.json()["accessToken"]), 401, "unauthorized")


# Rows: 6
def test_logging_out_is_effective_at_once_for_one_session_or_all(shop, email):
    first, second, third = (log_in(shop.client, email).json() for _ in range(3))
    assert me(shop, first["accessToken"]).status_code == 200
    ended = shop.client.post("/api/auth/logout", headers={"Authorization": f"Bearer {first['accessToken']}"})
    assert ended.status_code == 204
    assert_problem(me(shop, first["accessToken"]), 401, "unauthorized")
    assert_problem(refresh(shop, first["refreshToken"]), 401, "unauthorized")
    assert me(shop, second["accessToken"]).status_code == 200
    assert shop.client.post("/api/auth/logout-all", headers={"Authorization": f"Bearer {second['accessToken']}"}).status_code == 204
    for session in (second, third):
        assert_problem(me(shop, session["accessToken"]), 401, "unauthorized")
        assert_problem(refresh(shop, session["refreshToken"]), 401, "unauthorized")


def test_my_account_is_changed_only_in_the_version_that_i_saw(shop, session):
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    seen = shop.client.get("/api/users/me", headers=headers)
    tag = seen.headers["ETag"]
    assert shop.client.get("/api/users/me", headers={**headers, "If-None-Match": tag}).status_code == 304
    changed = shop.client.patch("/api/users/me", json={"name": "Minji Kim"}, headers={**headers, "If-Match": tag})
    assert changed.status_code == 200 and changed.json()["name"] == "Minji Kim"
    assert_problem(shop.client.patch("/api/users/me", json={"name": "Late"}, headers={**headers, "If-Match": tag}), 412, "version_mismatch")
    assert me(shop, session["accessToken"]).json()["name"] == "Minji Kim"


def test_a_deleted_account_is_gone_and_its_email_is_free(shop, email, session):
    headers = {"Authorization": f"Bearer {session['accessToken']}"}
    before = me(shop, session["accessToken"]).json()["id"]
    assert shop.client.delete("/api/users/me", headers=headers).status_code == 204
    assert_problem(me(shop, session["accessToken"]), 401, "unauthorized")
    assert_problem(log_in(shop.client, email), 401, "unauthorized")
    again = register(shop.client, email)
    assert again.status_code == 201 and again.json()["id"] != before


def without_signature_check(token):
    """The classic forgeries of a token: no algorithm, another subject, another role, no signature."""
    header, claims, signature = token.split(".")

    def encoded(value):
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    read = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
    yield f"{encoded({'alg': 'none'})}.{claims}."
    yield f"{encoded({'alg': 'HS256'})}.{claims}.{signature}"
    yield f"{header}.{encoded({**read, 'roles': ['owner']})}.{signature}"
    yield f"{header}.{encoded({**read, 'exp': read['exp'] + 3600})}.{signature}"
    yield f"{header}.{claims}."
    yield f"{header}.{claims}.{'A' * len(signature)}"
    yield token + "A" * 8000
    yield "x"


# Rows: 6
def test_forged_tokens_are_refused_on_every_route(shop, session):
    for forged in without_signature_check(session["accessToken"]):
        assert_problem(me(shop, forged), 401, "unauthorized")
        assert_problem(shop.client.get("/api/products", headers={"Authorization": f"Bearer {forged}"}), 401, "unauthorized")
    assert me(shop, session["accessToken"]).status_code == 200


# Rows: 6
def test_a_customer_may_not_do_what_needs_a_role(shop, session):
    answer = shop.client.post("/api/products", json=product_draft(), headers={"Authorization": f"Bearer {session['accessToken']}"})
    assert_problem(answer, 403, "forbidden")
    assert_problem(shop.client.post("/api/products", json=product_draft()), 401, "unauthorized")


def test_the_key_set_verifies_what_the_server_signs(shop, session):
    keys = shop.client.get("/.well-known/jwks.json").json()["keys"]
    header = json.loads(base64.urlsafe_b64decode(session["accessToken"].split(".")[0] + "=="))
    assert header["alg"] == "EdDSA" and header["kid"] in {key["kid"] for key in keys}
    assert all(set(key) == {"kty", "crv", "x", "kid", "alg", "use"} for key in keys), "public members only"


# Rows: 6
def test_a_page_is_logged_in_by_cookies_that_no_script_and_no_other_site_can_use(shop, email):
    with shop.server.client() as page:
        opened = log_in(page, email, session="cookie")
        assert opened.json() == {"session": "cookie", "expiresIn": 600}
        for cookie in opened.headers.get_list("Set-Cookie"):
            assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        assert page.get("/api/users/me").json()["email"] == email
        same, other = {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "cross-site"}
        assert page.patch("/api/users/me", json={"name": "Page"}, headers=same).status_code == 200
        assert_problem(page.patch("/api/users/me", json={"name": "Evil"}, headers=other), 403, "forbidden")
        assert_problem(page.post("/api/auth/logout-all", headers=other), 403, "forbidden")
        assert page.post("/api/auth/refresh", headers=same).status_code == 200
        assert page.get("/api/users/me").json()["name"] == "Page"
        assert page.post("/api/auth/logout", headers=same).status_code == 204
        assert_problem(page.get("/api/users/me"), 401, "unauthorized")


# Rows: 6
def test_sessions_and_their_ends_outlive_a_kill(own_shop):
    address = f"{unique('kept')}@shop.example"
    assert register(own_shop.client, address).status_code == 201
    kept, ended = log_in(own_shop.client, address).json(), log_in(own_shop.client, address).json()
    assert own_shop.client.post("/api/auth/logout", json={"refreshToken": ended["refreshToken"]}).status_code == 204
    own_shop.server.kill()
    own_shop.server.start()
    own_shop.open()
    assert me(own_shop, kept["accessToken"]).status_code == 200, "the signing key is kept"
    assert refresh(own_shop, kept["refreshToken"]).status_code == 200
    assert_problem(me(own_shop, ended["accessToken"]), 401, "unauthorized")
    assert_problem(refresh(own_shop, ended["refreshToken"]), 401, "unauthorized")
    assert_problem(register(own_shop.client, address), 409, "email_taken")


def test_wrong_passwords_make_the_next_login_wait(tmp_path):
    from tests.support.server import Server

    with Server(tmp_path / "data", arguments=("--set", "rate_limit.enabled=false")) as server:
        client = server.client()
        assert register(client, "mina@shop.example").status_code == 201
        codes = []
        while 429 not in codes and len(codes) < 12:  # the wait doubles: on the slowest machine one comes too early in the end
            codes.append(log_in(client, "mina@shop.example", "wrong password").status_code)
        assert codes[:6] == [401] * 6 and codes[-1] == 429, codes
        delayed = log_in(client, "joon@shop.example")
        assert delayed.status_code == 401, "another account from the same address does not wait"


def test_users_add_refuses_what_it_cannot_make(own_shop):
    arguments = ["users", "add", "--email", "clerk@shop.example", "--name", "Clerk", "--role", "support", "--data", own_shop.server.data]
    assert run_jangteo(*arguments, standard_input=PASSWORD + "\n").returncode == 2, "the server holds the directory"
    own_shop.server.stop()
    assert run_jangteo(*arguments, standard_input="short\n").returncode == 1
    assert run_jangteo(*arguments, standard_input=PASSWORD + "\n").returncode == 0
    assert run_jangteo(*arguments, standard_input=PASSWORD + "\n").returncode == 1, "the e-mail is taken"
    own_shop.server.start()
    own_shop.open()
    token = log_in(own_shop.client, "clerk@shop.example").json()["accessToken"]
    assert me(own_shop, token).json()["roles"] == ["support"]
