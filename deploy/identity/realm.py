"""The Keycloak realm of the try-out: the same invented people and systems as the built-in provider's.

``python -m deploy.identity.realm`` writes ``realm.json``, which Keycloak imports at its first start.
Secrets are no part of it: Keycloak fills in ``${...}`` from its environment.
"""

import json
from pathlib import Path
from typing import Any

from chassis.identity.directory import Directory, Someone, System, read_directory
from chassis.settings import Settings
from contracts.vocabulary import StaffRole

FILE = Path(__file__).with_name("realm.json")
API = "goldthread"
"""The client that access tokens are meant for. Roles are its roles, so that no other role gets into them."""
PAGES = "goldthread-pages"
OWN_ATTRIBUTES = {"agency": False, "areas": True}
"""Each claim that is kept with a user, and whether it has several values."""


def realm(directory: Directory) -> dict[str, Any]:
    """The realm as Keycloak's import reads it."""
    return {
        "realm": "goldthread",
        "displayName": "Goldthread",
        "enabled": True,
        "sslRequired": "external",
        "registrationAllowed": False,
        "resetPasswordAllowed": False,
        "bruteForceProtected": True,
        "accessTokenLifespan": 900,
        "components": {"org.keycloak.userprofile.UserProfileProvider": [_user_profile()]},
        "roles": {"client": {API: [{"name": role.value} for role in StaffRole]}},
        "clients": [
            {"clientId": API, "name": "Goldthread's services", "bearerOnly": True},
            _pages(),
            *(_client_of(system) for system in directory.systems),
        ],
        "users": [
            *(_person(person) for person in directory.people),
            *(_service_account(system) for system in directory.systems),
        ],
    }


def _user_profile() -> dict[str, Any]:
    # Nobody may change their own agency or areas, nor their name: that would be their rights.
    by_admin = {"view": ["admin", "user"], "edit": ["admin"]}
    attributes: list[dict[str, Any]] = [
        {"name": name, "permissions": by_admin} for name in ("username", "email", "firstName", "lastName")
    ]
    attributes += [
        {"name": name, "multivalued": several, "permissions": by_admin}
        for name, several in OWN_ATTRIBUTES.items()
    ]
    profile = json.dumps({"attributes": attributes})
    return {"providerId": "declarative-user-profile", "config": {"kc.user.profile.config": [profile]}}


def _pages() -> dict[str, Any]:
    return {
        "clientId": PAGES,
        "name": "Goldthread's pages",
        "secret": "${GOLDTHREAD_CLIENT_SECRET}",
        "standardFlowEnabled": True,
        "directAccessGrantsEnabled": False,
        "redirectUris": ["${GOLDTHREAD_PUBLIC_URL}/*"],
        "webOrigins": [],
        "attributes": {
            "pkce.code.challenge.method": "S256",
            "post.logout.redirect.uris": "${GOLDTHREAD_PUBLIC_URL}/*",
        },
        "protocolMappers": _mappers(),
    }


def _client_of(system: System) -> dict[str, Any]:
    return {
        "clientId": system.id,
        "name": system.name,
        "secret": "${GOLDTHREAD_SYSTEMS_SECRET}",
        "serviceAccountsEnabled": True,
        "standardFlowEnabled": False,
        "directAccessGrantsEnabled": False,
        "protocolMappers": _mappers(),
    }


def _mappers() -> list[dict[str, Any]]:
    in_access_token = {
        "access.token.claim": "true",
        "id.token.claim": "false",
        "userinfo.token.claim": "false",
        "introspection.token.claim": "false",
    }

    def mapper(name: str, kind: str, config: dict[str, str]) -> dict[str, Any]:
        return {
            "name": name,
            "protocol": "openid-connect",
            "protocolMapper": f"oidc-{kind}",
            "config": config | in_access_token,
        }

    text = {"jsonType.label": "String"}
    roles = {"usermodel.clientRoleMapping.clientId": API, "claim.name": "roles", "multivalued": "true"}
    return [
        mapper("audience", "audience-mapper", {"included.client.audience": API}),
        mapper("name", "full-name-mapper", {}),
        mapper("roles", "usermodel-client-role-mapper", roles | text),
        *(
            mapper(
                name,
                "usermodel-attribute-mapper",
                {"user.attribute": name, "claim.name": name, "multivalued": str(several).lower()} | text,
            )
            for name, several in OWN_ATTRIBUTES.items()
        ),
    ]


def _person(person: Someone) -> dict[str, Any]:
    first, _, last = person.name.partition(" ")
    return {
        **_user(person),
        "firstName": first,
        "lastName": last,
        "credentials": [{"type": "password", "value": "${GOLDTHREAD_STAFF_PASSWORD}"}],
    }


def _service_account(system: System) -> dict[str, Any]:
    return _user(system) | {
        "username": f"service-account-{system.id}",
        "serviceAccountClientId": system.id,
    }


def _user(one: Someone | System) -> dict[str, Any]:
    return {
        # The subject of their tokens, as in the built-in provider's.
        "id": one.id,
        "username": one.id,
        "enabled": True,
        "attributes": {"agency": [one.agency], "areas": list(one.areas)},
        "clientRoles": {API: [role.value for role in one.roles]},
    }


def written() -> str:
    """What ``realm.json`` must hold."""
    directory = read_directory(Settings().identity_directory)
    return json.dumps(realm(directory), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    FILE.write_text(written())
