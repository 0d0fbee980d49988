"""Settings of the daemon: environment, `.env`, and secrets by file."""

import difflib
import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from dotenv import dotenv_values
from pydantic import BeforeValidator, Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from policy_agent.domain.blocks import FEWEST, FEWEST_EVER
from policy_agent.domain.durations import parse_duration

PREFIX = "POLICY_AGENT_"
SHORTEST_TOKEN = 16  # characters


class SettingsProblem(Exception):
    """Settings that cannot be used: a line for each, saying which and what it should be."""


def _duration(value: object) -> object:
    return parse_duration(value) if isinstance(value, str) else value


Duration = Annotated[timedelta, BeforeValidator(_duration)]


class Settings(BaseSettings):
    """Every setting is an environment variable `POLICY_AGENT_` plus its name in capitals.

    The same names are read from `.env` in the working folder. A setting can also be a file
    of that name in the folder `POLICY_AGENT_SECRETS_DIR`, as container platforms mount secrets.
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore", frozen=True)

    # who we are to Microsoft Entra
    tenant_id: str = Field(description="directory (tenant) id")
    client_id: str = Field(description="application (client) id")
    client_secret: SecretStr | None = Field(None, description="client secret")
    client_certificate: Path | None = Field(
        None, description="certificate with private key, a .pfx or .pem file, in place of a secret"
    )
    client_certificate_passphrase: SecretStr | None = Field(
        None, description="passphrase of the certificate file, if it has one"
    )
    federated_token_file: Path | None = Field(
        None, description="file with a federated token (workload identity), in place of a secret"
    )
    cloud: Literal["public", "gcc-high", "dod", "china"] = Field(
        "public", description="Microsoft cloud the tenant lives in"
    )
    authority: str | None = Field(
        None, description="sign-in address in place of the cloud's, for a sandbox tenant"
    )
    graph_url: str | None = Field(
        None, description="address of Graph in place of the cloud's, for a sandbox tenant"
    )
    ca_file: Path | None = Field(
        None, description="certificate authority to trust, for a sandbox tenant or a proxy"
    )
    clock_url: str | None = Field(
        None, description="follow this clock instead of the machine's: only to rehearse"
    )

    # what it works with
    rules: Path = Field(Path("rules"), description="the rulebook: a folder, or one file")
    store_url: str = Field(
        "sqlite:///policy-agent.db", description="the store: sqlite:///FILE or postgresql://…"
    )
    worker: str = Field(
        default_factory=socket.gethostname,
        description="name of this process in the store; each process that shares a store its own",
    )
    holidays_url: str | None = Field(
        "https://www.gov.uk/bank-holidays",
        description="where holiday feeds are refreshed from; empty: never, use the shipped copies",
    )

    # where Graph reaches it
    notification_url: str = Field(
        description="public https address of this daemon, to which Graph posts notifications"
    )
    public_url: str | None = Field(
        None,
        description="https address at which people's browsers reach this daemon; "
        "not set: the origin of notification_url",
    )
    listen_host: str = Field("127.0.0.1", description="address to listen on")
    listen_port: int = Field(8080, ge=0, le=65535, description="port to listen on")
    tls_certificate: Path | None = Field(
        None, description="serve https itself with this certificate; otherwise put a proxy before"
    )
    tls_key: Path | None = Field(None, description="private key of tls_certificate")
    reload_token: SecretStr | None = Field(
        None, description="secret that `policy-agent reload` shows; not set: only SIGHUP reloads"
    )

    metrics_token: SecretStr | None = Field(
        None, description="secret that Prometheus shows at /metrics; not set: nobody is shown them"
    )

    # how often, how much
    tick_every: Duration = Field(
        timedelta(seconds=1), description="how often arrivals and due releases are looked for"
    )
    sweep_every: Duration = Field(
        timedelta(minutes=5), description="how often mailboxes are swept for what was not notified"
    )
    people_every: Duration = Field(
        timedelta(hours=1), description="how often teams are read from the directory"
    )
    upkeep_every: Duration = Field(
        timedelta(minutes=1),
        description="how often subscriptions are looked after, and send_now_category is looked for",
    )
    figures_every: Duration = Field(
        timedelta(minutes=10),
        description="how often days are counted, months closed and old rows erased, if it is time",
    )
    holidays_every: Duration = Field(
        timedelta(days=1), description="how often holiday feeds are refreshed"
    )
    subscription_length: Duration = Field(
        timedelta(days=6), description="how long a subscription is asked for; renewed at half life"
    )
    lease: Duration = Field(
        timedelta(minutes=5), description="how long a piece of work is one process's alone"
    )
    patience: Duration = Field(
        timedelta(seconds=60), description="how long one call of Graph is tried again"
    )
    mailbox_concurrency: int = Field(
        4, ge=1, le=4, description="calls at a time to one mailbox; Graph allows 4"
    )
    app_concurrency: int = Field(
        64, ge=1, le=256, description="calls at a time to Graph, parts of batches counted singly"
    )

    # what is kept, and what is told of it
    keep_for: Duration = Field(
        timedelta(days=400),
        ge=timedelta(days=92),
        description="how long rows about people are kept; a month's report stays for good",
    )
    report_fewest: int = Field(
        FEWEST,
        ge=FEWEST_EVER,
        description="figures of fewer people than that are in no report",
    )

    # what people see
    hold_folder: str = Field(
        "Arriving next working day", min_length=1, description="folder that held mail lies in"
    )
    released_category: str = Field(
        "Arrived while you were away", min_length=1, description="category of released mail"
    )
    send_now_category: str = Field(
        "Send now",
        min_length=1,
        description="category that a sender gives to sent mail which should not wait",
    )
    block_out_category: str = Field(
        "Protected time", min_length=1, description="category of the appointments of `block_out`"
    )
    service_mailbox: str | None = Field(
        None,
        description="mailbox that messages to staff go out from; it counts as in no team. Not set: "
        "nobody is written to",
    )

    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="auto is console on a terminal, json elsewhere"
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="how much")

    @property
    def people_url(self) -> str:
        """Return the address that people's browsers are sent to, without a slash at the end."""
        if self.public_url is not None:
            return self.public_url.rstrip("/")
        told = urlsplit(self.notification_url)
        return f"{told.scheme}://{told.netloc}"

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        given = [
            name
            for name in ("client_secret", "client_certificate", "federated_token_file")
            if getattr(self, name) is not None
        ]
        if len(given) != 1:
            said = "none is set" if not given else f"{' and '.join(given)} are set"
            raise ValueError(
                "set exactly one of client_secret, client_certificate and "
                f"federated_token_file ({said})"
            )
        return self

    @model_validator(mode="after")
    def _lease_outlasts_calls(self) -> Self:
        if self.lease < 4 * self.patience:
            raise ValueError(
                "lease should be at least four times patience: a piece of work makes several "
                "calls, and must not become another process's meanwhile"
            )
        return self

    @model_validator(mode="after")
    def _addresses(self) -> Self:
        for name in (
            "notification_url",
            "public_url",
            "authority",
            "graph_url",
            "clock_url",
            "holidays_url",
        ):
            value = getattr(self, name)
            local = name == "holidays_url" and str(value).startswith("http://127.0.0.1")
            if value and not value.startswith("https://") and not local:
                raise ValueError(f"{name} should be an https:// address")
        if self.service_mailbox is not None and not _is_address(self.service_mailbox):
            raise ValueError(
                "service_mailbox should be a mail address, such as people@name.example"
            )
        for name in ("reload_token", "metrics_token"):
            token = getattr(self, name)
            if token is not None and len(token.get_secret_value()) < SHORTEST_TOKEN:
                raise ValueError(
                    f"{name} should have at least {SHORTEST_TOKEN} characters: the address that "
                    "Graph posts to is public"
                )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise ValueError("tls_certificate and tls_key go together: set both or neither")
        files = ("client_certificate", "federated_token_file", "ca_file")
        for name in (*files, "tls_certificate", "tls_key"):
            path = getattr(self, name)
            if path is not None and not _is_file(path):
                raise ValueError(f"{name} should be the path of a readable file, and there is none")
        return self


def _is_address(value: str) -> bool:
    name, at, domain = value.partition("@")
    return bool(name and at and domain) and "@" not in domain and not any(map(str.isspace, value))


def _is_file(path: Path) -> bool:
    """Say whether there is such a file; what cannot be a path at all is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # too long, or a zero byte in it: a key, and not its path
        return False


def read_settings() -> Settings:
    """Read the settings; `SettingsProblem` names every one that is wrong or unknown."""
    env = {**dotenv_values(".env"), **os.environ}
    known = {PREFIX + name.upper(): name for name in Settings.model_fields}
    known[PREFIX + "SECRETS_DIR"] = "secrets_dir"
    lines = []
    for name in sorted(env):
        if name.upper().startswith(PREFIX) and name.upper() not in known:
            close = difflib.get_close_matches(name.upper(), known, n=1)
            hint = f"did you mean {close[0]}?" if close else "see the README for the list"
            lines.append(f"{name}: there is no such setting; {hint}")
    secrets = env.get(PREFIX + "SECRETS_DIR")
    if secrets is not None and not Path(secrets).is_dir():
        lines.append(f"{PREFIX}SECRETS_DIR: should be a folder, and there is none")
        secrets = None
    try:
        settings = Settings(_env_file=".env", _secrets_dir=secrets)
    except ValidationError as invalid:
        lines += [_line(error["loc"], error["type"], error["msg"]) for error in invalid.errors()]
    else:
        if not lines:
            return settings
    raise SettingsProblem("\n".join(lines))


def _line(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    """Return one problem in words; never the value, which may be a secret."""
    if not loc:
        return message.removeprefix("Value error, ")
    name = str(loc[0])
    field = Settings.model_fields.get(name)
    said = f" ({field.description})" if field is not None and field.description else ""
    wrong = "is not set" if kind == "missing" else message.removeprefix("Value error, ")
    return f"{PREFIX}{name.upper()}: {wrong}{said}"
