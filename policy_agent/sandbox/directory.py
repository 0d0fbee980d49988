"""Users, groups and the organisation (R/user, R/group, A/user-list, A/group-list-members)."""

from collections.abc import Sequence
from typing import Any

from policy_agent.sandbox import odata
from policy_agent.sandbox.calls import Answer, Call, Routes
from policy_agent.sandbox.people import Group, User
from policy_agent.sandbox.refusals import bad_request, not_found
from policy_agent.sandbox.tenant import Tenant

routes = Routes()
_CREATED = "2020-01-06T09:00:00Z"
_USER_BY_DEFAULT = (
    "businessPhones",
    "displayName",
    "givenName",
    "jobTitle",
    "mail",
    "mobilePhone",
    "officeLocation",
    "preferredLanguage",
    "surname",
    "userPrincipalName",
    "id",
)
_USER_FILTERED = frozenset(
    [
        "id",
        "accountEnabled",
        "displayName",
        "mail",
        "userPrincipalName",
        "jobTitle",
        "mailNickname",
        "proxyAddresses",
        "userType",
        "department",
        "givenName",
        "surname",
    ]
)
_GROUP_FILTERED = frozenset(
    ["id", "displayName", "mail", "mailNickname", "mailEnabled", "securityEnabled", "groupTypes"]
)


def _user(user: User) -> dict[str, Any]:
    return {
        "businessPhones": [],
        "displayName": user.display_name,
        "givenName": user.display_name,
        "jobTitle": user.role,
        "mail": user.address,
        "mobilePhone": None,
        "officeLocation": None,
        "preferredLanguage": "en-GB",
        "surname": None,
        "userPrincipalName": user.address,
        "id": user.id,
        "accountEnabled": user.enabled,
        "createdDateTime": _CREATED,
        "department": None,
        "mailNickname": user.person,
        "proxyAddresses": [f"SMTP:{user.address}"],
        "usageLocation": "GB",
        "userType": "Member",
    }


def _group(group: Group) -> dict[str, Any]:
    return {
        "id": group.id,
        "deletedDateTime": None,
        "classification": None,
        "createdDateTime": _CREATED,
        "description": None,
        "displayName": group.display_name,
        "expirationDateTime": None,
        "groupTypes": [],
        "isAssignableToRole": None,
        "mail": group.mail,
        "mailEnabled": True,
        "mailNickname": group.team,
        "membershipRule": None,
        "membershipRuleProcessingState": None,
        "onPremisesLastSyncDateTime": None,
        "onPremisesSecurityIdentifier": None,
        "onPremisesSyncEnabled": None,
        "preferredDataLocation": None,
        "preferredLanguage": None,
        "proxyAddresses": [f"SMTP:{group.mail}"],
        "renewedDateTime": _CREATED,
        "securityEnabled": True,
        "theme": None,
        "visibility": None,
    }


_USER_KNOWN = frozenset(
    _user(User(id="", person="", address="", role="")).keys()
    | {
        "deletedDateTime",
        "city",
        "companyName",
        "country",
        "employeeId",
        "employeeType",
        "faxNumber",
        "onPremisesSyncEnabled",
        "otherMails",
        "postalCode",
        "state",
        "streetAddress",
    }
)
_GROUP_KNOWN = frozenset(_group(Group(id="", team="", mail="")))


def _chosen(found: dict[str, Any], names: tuple[str, ...] | None) -> dict[str, Any]:
    if names is None:
        return found
    return {name: found[name] for name in found if name in names or name == "id"}


def _users(call: Call) -> "odata.Render[User]":
    select = odata.read_select(call, _USER_KNOWN, "user")
    return lambda user: _chosen(_user(user), select or _USER_BY_DEFAULT)


def _groups(call: Call) -> "odata.Render[Group]":
    select = odata.read_select(call, _GROUP_KNOWN, "group")
    return lambda group: _chosen(_group(group), select)


@routes.add("GET", "/organization")
def list_organization(tenant: Tenant, call: Call) -> Answer:
    return odata.page(call, [tenant], _organization, context="organization", default_top=100)


@routes.add("GET", "/organization/{}")
def get_organization(tenant: Tenant, call: Call) -> Answer:
    if call.params[0].lower() != tenant.id:
        raise not_found("Resource not found.", code="Request_ResourceNotFound")
    context = f"{call.base}/$metadata#organization/$entity"
    return Answer(body={"@odata.context": context, **_organization(tenant)})


def _organization(tenant: Tenant) -> dict[str, Any]:
    return {
        "id": tenant.id,
        "displayName": tenant.directory.domain.partition(".")[0].title(),
        "countryLetterCode": "GB",
        "createdDateTime": _CREATED,
        "preferredLanguage": "en",
        "tenantType": "AAD",
        "verifiedDomains": [
            {
                "capabilities": "Email, OfficeCommunicationsOnline",
                "isDefault": True,
                "isInitial": True,
                "name": tenant.directory.domain,
                "type": "Managed",
            }
        ],
    }


@routes.add("GET", "/users")
def list_users(tenant: Tenant, call: Call) -> Answer:
    users: Sequence[User] = list(tenant.directory.users.values())
    if text := call.query.get("$filter"):
        matches = odata.read_filter(text, _USER_FILTERED).matches
        users = [user for user in users if matches(_user(user).get)]
    users = _ordered(call, users, _user)
    return _page(call, users, _users(call), "users")


@routes.add("GET", "/users/{}")
def get_user(tenant: Tenant, call: Call) -> Answer:
    user = tenant.user(call.params[0])
    context = f"{call.base}/$metadata#users/$entity"
    return Answer(body={"@odata.context": context, **_users(call)(user)})


@routes.add("GET", "/groups")
def list_groups(tenant: Tenant, call: Call) -> Answer:
    groups: Sequence[Group] = list(tenant.directory.groups.values())
    if text := call.query.get("$filter"):
        matches = odata.read_filter(text, _GROUP_FILTERED).matches
        groups = [group for group in groups if matches(_group(group).get)]
    groups = _ordered(call, groups, _group)
    return _page(call, groups, _groups(call), "groups")


@routes.add("GET", "/groups/{}")
def get_group(tenant: Tenant, call: Call) -> Answer:
    context = f"{call.base}/$metadata#groups/$entity"
    group = _find_group(tenant, call.params[0])
    return Answer(body={"@odata.context": context, **_groups(call)(group)})


@routes.add("GET", "/groups/{}/members", "/groups/{}/members/microsoft.graph.user")
def list_members(tenant: Tenant, call: Call) -> Answer:
    members = tenant.directory.direct_members(_find_group(tenant, call.params[0]))
    return _objects(call, members)


@routes.add(
    "GET", "/groups/{}/transitiveMembers", "/groups/{}/transitiveMembers/microsoft.graph.user"
)
def list_transitive_members(tenant: Tenant, call: Call) -> Answer:
    members = tenant.directory.all_members(_find_group(tenant, call.params[0]))
    return _objects(call, members)


@routes.add("GET", "/users/{}/memberOf", "/users/{}/memberOf/microsoft.graph.group")
def list_member_of(tenant: Tenant, call: Call) -> Answer:
    user = tenant.user(call.params[0])
    return _objects(call, tenant.directory.groups_of(user.id, transitive=False))


@routes.add(
    "GET", "/users/{}/transitiveMemberOf", "/users/{}/transitiveMemberOf/microsoft.graph.group"
)
def list_transitive_member_of(tenant: Tenant, call: Call) -> Answer:
    user = tenant.user(call.params[0])
    return _objects(call, tenant.directory.groups_of(user.id, transitive=True))


@routes.add("POST", "/users/{}/getMemberGroups")
def get_member_groups(tenant: Tenant, call: Call) -> Answer:
    user = tenant.user(call.params[0])
    context = f"{call.base}/$metadata#Collection(Edm.String)"
    groups = tenant.directory.groups_of(user.id, transitive=True)
    return Answer(body={"@odata.context": context, "value": [group.id for group in groups]})


def _find_group(tenant: Tenant, key: str) -> Group:
    group = tenant.directory.groups.get(key.lower())
    if group is None:
        raise not_found(
            f"Resource '{key}' does not exist or one of its queried reference-property objects "
            "are not present.",
            code="Request_ResourceNotFound",
        )
    return group


def _objects(call: Call, found: Sequence[User | Group]) -> Answer:
    cast = call.segments[-1]
    if cast == "microsoft.graph.user":
        found = [one for one in found if isinstance(one, User)]
    known = _USER_KNOWN | _GROUP_KNOWN
    select = odata.read_select(call, known, "directoryObject")

    def show(one: User | Group) -> dict[str, Any]:
        if isinstance(one, User):
            shown, kind = _chosen(_user(one), select or _USER_BY_DEFAULT), "user"
        else:
            shown, kind = _chosen(_group(one), select), "group"
        return {"@odata.type": f"#microsoft.graph.{kind}", **shown}

    return _page(call, found, show, "directoryObjects")


def _page(call: Call, found: Sequence[Any], show: "odata.Render[Any]", context: str) -> Answer:
    if "$skip" in call.query:
        raise bad_request("'$skip' is not supported by the service.", code="Request_BadRequest")
    return odata.page(
        call, found, show, context=context, default_top=100, max_top=999, option="$skiptoken"
    )


def _ordered(call: Call, found: Sequence[Any], show: "odata.Render[Any]") -> Sequence[Any]:
    ordered = list(found)
    for name, descending in reversed(odata.read_order(call, _USER_KNOWN | _GROUP_KNOWN)):

        def key(one: Any, name: str = name) -> str:
            return str(show(one).get(name) or "").lower()

        ordered.sort(key=key, reverse=descending)
    return ordered
