"""People and groups of a sandbox tenant."""

from policy_agent.domain.copies import CallFailure
from policy_agent.domain.watching import Member
from policy_agent.graph.batch import GraphBatch
from policy_agent.graph.directory import GraphPeople
from policy_agent.graph.tenant import Tenant
from tests.graph.graph_sandbox import GraphSandbox, address
from tests.graph.scripted_service import Asked, Says, ScriptedService, rig


def test_a_group_is_everyone_in_it_and_in_the_groups_within(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("amy", "bob", "cid", bob="inner")
    sandbox.control(
        "PUT", "members", {"group": address("outer"), "members": [address("amy"), "inner"]}
    )
    found = tenant.people.group_members(address("outer"))
    assert not isinstance(found, CallFailure)
    assert {one.id: one.addresses for one in found} == {
        ids["amy"]: (address("amy"),),
        ids["bob"]: (address("bob"),),
    }


def test_a_group_of_many_pages_is_read_to_its_end(sandbox: GraphSandbox, tenant: Tenant) -> None:
    names = [f"crowd{number}" for number in range(1500)]
    ids = sandbox.people(*names, **dict.fromkeys(names, "crowd"))
    found = tenant.people.group_members(address("crowd"))
    assert not isinstance(found, CallFailure)
    assert {one.id for one in found} == set(ids.values())
    assert len(found) == 1500


def test_a_group_that_nobody_knows_is_gone(tenant: Tenant) -> None:
    found = tenant.people.group_members("o'nobody@northshire.example")
    assert isinstance(found, CallFailure)
    assert found.kind == "gone"
    assert "nobody@" not in found.what


def test_people_are_found_by_address_each_on_their_own(
    sandbox: GraphSandbox, tenant: Tenant
) -> None:
    ids = sandbox.people("dot", "eli")
    asked = [address("dot"), "o'hara@northshire.example", address("eli").upper()]
    found = tenant.people.members(asked)
    assert list(found) == asked
    assert found[asked[0]] == Member(id=ids["dot"], addresses=(address("dot"),))
    missing = found[asked[1]]
    assert isinstance(missing, CallFailure)
    assert missing.kind == "gone"
    assert found[asked[2]] == Member(id=ids["eli"], addresses=(address("eli"),))


def test_a_directory_that_stays_away_is_unavailable(sandbox: GraphSandbox, tenant: Tenant) -> None:
    sandbox.faults(unavailable=True)
    found = tenant.people.group_members(address("outer"))
    assert isinstance(found, CallFailure)
    assert found.kind == "unavailable"
    assert found.request_id


def test_addresses_are_lower_case_and_the_main_one_first() -> None:
    user = {
        "id": "u",
        "mail": "Ada.King@A.example",
        "userPrincipalName": "aking@a.example",
        "proxyAddresses": [
            "smtp:ada@a.example",
            "SMTP:Ada.King@a.example",
            "X500:/o=Org/cn=ada",
            "SIP:ada.king@a.example",
        ],
    }

    def answer(asked: Asked) -> Says:
        if "/transitiveMembers/" in asked.path:
            assert asked.headers["consistencylevel"] == "eventual"
            return Says(body={"value": [user, {"id": "v", "mail": None}]})
        return Says(body={"value": [{"id": "g"}]})

    with ScriptedService(answer) as there:
        client = rig(there.base)
        found = GraphPeople(client.http, GraphBatch(client.http)).group_members("g@a.example")
        client.http.close()
    assert found == [
        Member(id="u", addresses=("ada.king@a.example", "aking@a.example", "ada@a.example")),
        Member(id="v", addresses=()),
    ]


def test_two_groups_of_one_address_are_not_guessed_between() -> None:
    with ScriptedService(lambda _: Says(body={"value": [{"id": "g"}, {"id": "h"}]})) as there:
        client = rig(there.base)
        found = GraphPeople(client.http, GraphBatch(client.http)).group_members("g@a.example")
        client.http.close()
    assert isinstance(found, CallFailure)
    assert found.kind == "refused"
