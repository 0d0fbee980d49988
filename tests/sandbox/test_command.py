import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trustme

from tests.sandbox.webhook import open_webhook
from tests.sandbox_tenant import PEOPLE, start_sandbox

COMMAND = [sys.executable, "-m", "policy_agent.cli.main", "sandbox"]


def refused(*options: str) -> str:
    """Run the command, which must end with 2; return what it says."""
    ended = subprocess.run(
        [*COMMAND, *options], capture_output=True, text=True, check=False, timeout=30
    )
    assert (ended.returncode, ended.stdout) == (2, "")
    return ended.stderr.strip()


def test_it_says_one_line_and_ends_well_when_told_to_stop(tmp_path: Path) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        with subprocess.Popen(
            [*COMMAND, "--directory", str(tmp_path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            line = json.loads(process.stdout.readline())
            process.send_signal(number)
            rest, errors = process.communicate(timeout=30)
        assert (process.returncode, rest, errors) == (0, "", "")
        assert line.keys() == {
            "graph", "authority", "ca", "tenant_id", "client_id", "client_secret",
        }  # fmt: skip
        assert line["graph"].startswith("https://localhost:")
        assert Path(line["ca"]).parent == tmp_path


def test_several_run_side_by_side() -> None:
    with start_sandbox() as one, start_sandbox() as two:
        assert one.graph != two.graph
        assert one.tenant_id != two.tenant_id
        one.deliver("x@outside.example", "bob@northshire.example")
        assert two.copies("bob@northshire.example") == []


def test_people_and_groups_come_from_csv_files(tmp_path: Path) -> None:
    people, groups = tmp_path / "people.csv", tmp_path / "groups.csv"
    people.write_text(PEOPLE, encoding="utf-8")
    groups.write_text("team,mail\nemergency-duty,edt@northshire.example\n", encoding="utf-8")
    options = ("--people", str(people), "--groups", str(groups), "--clock", "2026-05-23T10:00:00Z")
    with start_sandbox(*options, "--rate", "0", people="person,role,teams") as tenant:
        assert tenant.control.get("/clock").json() == {
            "now": "2026-05-23T10:00:00.000000Z",
            "rate": 0,
        }
        with tenant.client() as graph:
            found = graph.get("/groups").json()["value"]
            (dan,) = graph.get("/users?$filter=jobTitle eq 'duty worker'").json()["value"]
    assert {group["displayName"]: group["mail"] for group in found} == {
        "everyone": "everyone@northshire.example",
        "leadership": "leadership@northshire.example",
        "practitioners": "practitioners@northshire.example",
        "emergency-duty": "edt@northshire.example",
    }
    assert dan["userPrincipalName"] == "dan@northshire.example"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("name,role\n", "{}:1: column person is missing; the first line must be person,role,teams"),
        ("person,role,teams\np1,x,a\np1,x,a\n", "{}:3: p1 is already on line 2"),
        ("person,role,teams\np1,x\n", "{}:2: as many fields as columns are needed"),
        ("person,role,teams\n\n,x,a\n",
         "{}:3: '' cannot be a person; what stands left of the @ can"),
        ("person,role,teams\na@b,x,a\n",
         "{}:2: 'a@b' cannot be a person; what stands left of the @ can"),
    ],
)  # fmt: skip
def test_a_bad_file_is_one_clear_error(tmp_path: Path, text: str, problem: str) -> None:
    path = tmp_path / "people.csv"
    path.write_text(text, encoding="utf-8")
    assert refused("--people", str(path)) == f"Error: {problem.format(path)}"


def test_a_clock_without_an_offset_is_refused() -> None:
    assert "needs an offset" in refused("--clock", "2026-05-23T10:00:00")


def test_another_ca_is_trusted_when_notifying(tmp_path: Path) -> None:
    authority = trustme.CA()
    trusted, chain = tmp_path / "trusted.pem", tmp_path / "chain.pem"
    authority.cert_pem.write_to_path(str(trusted))
    authority.issue_cert("localhost").private_key_and_cert_chain_pem.write_to_path(str(chain))
    statuses = []
    for options in [(), ("--trust", str(trusted))]:
        with (
            start_sandbox(*options) as tenant,
            open_webhook(chain) as webhook,
            tenant.client(immutable=True) as graph,
        ):
            wish = {
                "changeType": "created",
                "notificationUrl": webhook.url,
                "resource": "/users/bob@northshire.example/messages",
                "expirationDateTime": "2026-05-24T10:00:00Z",
            }
            tenant.set_clock("2026-05-23T10:00:00Z")
            statuses.append(graph.post("/subscriptions", json=wish).status_code)
    assert statuses == [400, 201]


def test_calls_and_notifications_are_written_down(tmp_path: Path) -> None:
    record = tmp_path / "record.jsonl"
    with start_sandbox(record=record) as tenant, tenant.client(immutable=True) as graph:
        graph.get("/users/bob@northshire.example/messages?$top=5")
        part = {"id": "1", "method": "GET", "url": "/users?$top=1"}
        graph.post("/$batch", json={"requests": [part]})
        lines = [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]
    assert [(line["path"], line["batch_part"]) for line in lines] == [
        ("/users/bob@northshire.example/messages", False),
        ("/users", True),
        ("/$batch", False),
    ]
    assert lines[0]["query"] == {"$top": "5"}
    assert lines[0]["request_headers"] == {"prefer": 'IdType="ImmutableId"'}
    assert lines[0]["response_headers"]["preference-applied"] == 'IdType="ImmutableId"'
    assert tenant.client_secret not in record.read_text(encoding="utf-8")
