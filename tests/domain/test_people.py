"""Who an address belongs to."""

from policy_agent.domain.people import Directory, Person

DAN = Person(id="1", address="dan@northshire.example", teams=frozenset({"emergency-duty"}))
DIRECTORY = Directory(
    domains=frozenset({"northshire.example"}),
    people={"dan@northshire.example": DAN, "daniel@northshire.example": DAN},
    groups={"edt@northshire.example": frozenset({"emergency-duty"})},
)


def test_a_person_is_found_by_any_of_their_addresses_whatever_the_case() -> None:
    assert DIRECTORY.person("Dan@Northshire.example ") is DAN
    assert DIRECTORY.person("daniel@northshire.example") is DAN
    assert DIRECTORY.by_id["1"] is DAN


def test_a_teams_own_list_counts_as_a_member_of_the_team() -> None:
    assert DIRECTORY.person("EDT@northshire.example").teams == {"emergency-duty"}


def test_an_unknown_address_has_no_teams_and_its_domain_says_whether_it_is_inside() -> None:
    assert DIRECTORY.person("new@northshire.example").inside
    assert not DIRECTORY.person("new@northshire.example").known
    assert not DIRECTORY.person("desk@police.example").inside
    assert not DIRECTORY.person("desk@northshire.example.evil.example").inside
    assert not DIRECTORY.person("").inside


def test_members_are_those_in_any_of_the_teams() -> None:
    assert DIRECTORY.members(["emergency-duty", "residential"]) == {"1"}
    assert DIRECTORY.members(["residential"]) == frozenset()
