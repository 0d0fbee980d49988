"""Settings: what is wrong is named, with what it should be, and no secret is ever said."""

from datetime import timedelta
from pathlib import Path

import pytest

from policy_agent.settings import PREFIX, SettingsProblem, read_settings

GOOD = {
    "TENANT_ID": "11111111-1111-1111-1111-111111111111",
    "CLIENT_ID": "22222222-2222-2222-2222-222222222222",
    "CLIENT_SECRET": "planted-secret",
    "NOTIFICATION_URL": "https://agent.northshire.example/notifications",
}


@pytest.fixture(autouse=True)
def only_these(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in GOOD.items():
        monkeypatch.setenv(PREFIX + name, value)


def problem() -> str:
    with pytest.raises(SettingsProblem) as caught:
        read_settings()
    assert "planted-secret" not in str(caught.value)
    return str(caught.value)


def test_four_settings_are_enough() -> None:
    settings = read_settings()
    assert settings.client_secret is not None
    assert settings.client_secret.get_secret_value() == "planted-secret"
    assert settings.sweep_every == timedelta(minutes=5)
    assert "planted-secret" not in repr(settings)


def test_a_missing_setting_is_named_with_what_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POLICY_AGENT_TENANT_ID")
    assert problem() == "POLICY_AGENT_TENANT_ID: is not set (directory (tenant) id)"


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("POLICY_AGENT_SWEEP_EVRY", "1m")
    assert problem() == (
        "POLICY_AGENT_SWEEP_EVRY: there is no such setting; did you mean POLICY_AGENT_SWEEP_EVERY?"
    )


def test_all_problems_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_AGENT_LISTEN_PORT", "99999")
    monkeypatch.setenv("POLICY_AGENT_TICK_EVERY", "soon")
    lines = problem().splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("POLICY_AGENT_LISTEN_PORT: Input should be less than")
    assert lines[1].startswith("POLICY_AGENT_TICK_EVERY: 'soon' is no length of time: write")


@pytest.mark.parametrize("value", ["http://agent.northshire.example", "agent.northshire.example"])
def test_graph_posts_to_https_only(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("POLICY_AGENT_NOTIFICATION_URL", value)
    assert problem() == "notification_url should be an https:// address"


def test_one_credential_is_asked_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text("x")
    monkeypatch.setenv("POLICY_AGENT_FEDERATED_TOKEN_FILE", str(token))
    assert problem().endswith("(client_secret and federated_token_file are set)")
    monkeypatch.delenv("POLICY_AGENT_CLIENT_SECRET")
    assert read_settings().federated_token_file == token
    monkeypatch.delenv("POLICY_AGENT_FEDERATED_TOKEN_FILE")
    assert problem().endswith("(none is set)")


def test_a_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("POLICY_AGENT_CA_FILE", str(tmp_path / "none.pem"))
    assert problem().startswith("ca_file should be the path of a readable file")


def test_secrets_are_read_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("POLICY_AGENT_CLIENT_SECRET")
    (tmp_path / "policy_agent_client_secret").write_text("from-a-file\n")
    monkeypatch.setenv("POLICY_AGENT_SECRETS_DIR", str(tmp_path))
    secret = read_settings().client_secret
    assert secret is not None
    assert secret.get_secret_value() == "from-a-file"
    monkeypatch.setenv("POLICY_AGENT_SECRETS_DIR", str(tmp_path / "none"))
    assert "POLICY_AGENT_SECRETS_DIR: should be a folder" in problem()


def test_settings_are_read_from_dot_env(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("POLICY_AGENT_TENANT_ID")
    (tmp_path / ".env").write_text("POLICY_AGENT_TENANT_ID=from-dot-env\n")
    assert read_settings().tenant_id == "from-dot-env"


def test_a_misspelt_setting_in_dot_env_is_named_too(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("POLICY_AGENT_RULE=rules\n")
    assert "did you mean POLICY_AGENT_RULES?" in problem()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NOTIFICATION_URL", "http://user:planted-secret@agent.northshire.example/"),
        ("GRAPH_URL", "planted-secret"),
        ("CA_FILE", "planted-secret"),
        ("TLS_CERTIFICATE", "-----BEGIN PRIVATE KEY-----\nplanted-secret" + "x" * 3000),
        ("SECRETS_DIR", "planted-secret"),
    ],
)
def test_a_secret_in_the_wrong_place_is_not_said(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(PREFIX + name, value)
    if name == "TLS_CERTIFICATE":
        monkeypatch.setenv(PREFIX + "TLS_KEY", "key.pem")
    assert name in problem().upper()


@pytest.mark.parametrize("value", ["-----BEGIN PRIVATE KEY-----\nplanted-secret" + "x" * 3000, "a"])
def test_a_credential_given_in_place_of_its_file_is_not_said(
    monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.delenv("POLICY_AGENT_CLIENT_SECRET")
    monkeypatch.setenv("POLICY_AGENT_FEDERATED_TOKEN_FILE", value)
    assert problem().startswith("federated_token_file should be the path of a readable file")


def test_the_key_of_a_certificate_has_to_be_there_too(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "chain.pem").write_text("a chain")
    monkeypatch.setenv("POLICY_AGENT_TLS_CERTIFICATE", "chain.pem")
    monkeypatch.setenv("POLICY_AGENT_TLS_KEY", "key.pem")
    assert problem() == "tls_key should be the path of a readable file, and there is none"


def test_a_lease_outlasts_the_calls_of_one_piece_of_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POLICY_AGENT_PATIENCE", "2m")
    assert problem().startswith("lease should be at least four times patience")
    monkeypatch.setenv("POLICY_AGENT_LEASE", "8m")
    assert read_settings().patience == timedelta(minutes=2)


@pytest.mark.parametrize("name", ["reload_token", "metrics_token"])
def test_a_token_that_can_be_guessed_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(f"POLICY_AGENT_{name.upper()}", "short-one")
    said = problem()
    assert said.startswith(f"{name} should have at least 16 characters")
    assert "short-one" not in said


def test_people_are_sent_where_notifications_come_in_unless_another_address_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert read_settings().people_url == "https://agent.northshire.example"
    monkeypatch.setenv("POLICY_AGENT_PUBLIC_URL", "https://wellbeing.northshire.example/agent/")
    assert read_settings().people_url == "https://wellbeing.northshire.example/agent"
    monkeypatch.setenv("POLICY_AGENT_PUBLIC_URL", "http://wellbeing.northshire.example")
    assert problem() == "public_url should be an https:// address"


@pytest.mark.parametrize("value", ["wellbeing", "a@b@northshire.example", "we ll@n.example", "@n"])
def test_the_service_mailbox_is_an_address(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    assert read_settings().service_mailbox is None
    monkeypatch.setenv("POLICY_AGENT_SERVICE_MAILBOX", value)
    assert problem().startswith("service_mailbox should be a mail address")
