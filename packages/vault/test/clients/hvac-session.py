"""What a program does with hvac, against the address and token that come in by stdin; prints what it saw as JSON."""

import json
import sys

import hvac

settings = json.load(sys.stdin)
client = hvac.Client(url=settings["address"], token=settings["token"])
seen = {"initialized": client.sys.is_initialized(), "sealed": client.sys.is_sealed(), "authenticated": client.is_authenticated()}

client.sys.enable_secrets_engine("kv", path="two", options={"version": "2"})
client.sys.enable_secrets_engine("kv", path="one", options={"version": "1"})
kv2 = client.secrets.kv.v2
kv2.create_or_update_secret("app", {"a": "1"}, mount_point="two")
kv2.patch("app", {"b": "2"}, mount_point="two")
seen["patched"] = kv2.read_secret_version("app", mount_point="two", raise_on_deleted_version=True)["data"]["data"]
try:
    kv2.create_or_update_secret("app", {"a": "3"}, cas=1, mount_point="two")
except hvac.exceptions.InvalidRequest as refused:
    seen["cas"] = refused.errors
kv2.delete_latest_version_of_secret("app", mount_point="two")
try:
    kv2.read_secret_version("app", mount_point="two", raise_on_deleted_version=True)
except hvac.exceptions.InvalidPath:
    seen["deleted"] = True
kv2.undelete_secret_versions("app", versions=[2], mount_point="two")
seen["listed"] = kv2.list_secrets("", mount_point="two")["data"]["keys"]
seen["versions"] = sorted(kv2.read_secret_metadata("app", mount_point="two")["data"]["versions"])
client.secrets.kv.v1.create_or_update_secret("app", {"x": "y"}, mount_point="one")
seen["plain"] = client.secrets.kv.v1.read_secret("app", mount_point="one")["data"]

client.sys.create_or_update_policy("reader", 'path "two/data/*" { capabilities = ["read"] }')
seen["policies"] = client.sys.list_policies()["data"]["policies"]
client.sys.enable_auth_method("approle")
client.auth.approle.create_or_update_approle("job", token_policies=["reader"], token_ttl="10m")
role_id = client.auth.approle.read_role_id("job")["data"]["role_id"]
secret_id = client.auth.approle.generate_secret_id("job")["data"]["secret_id"]
job = hvac.Client(url=settings["address"])
job.auth.approle.login(role_id=role_id, secret_id=secret_id)
seen["read as job"] = job.secrets.kv.v2.read_secret_version("app", mount_point="two", raise_on_deleted_version=True)["data"]["data"]
try:
    job.secrets.kv.v2.create_or_update_secret("app", {}, mount_point="two")
except hvac.exceptions.Forbidden:
    seen["forbidden"] = True
seen["renewed"] = job.auth.token.renew_self()["auth"]["lease_duration"]
job.auth.token.revoke_self()
seen["revoked"] = not job.is_authenticated()

client.sys.enable_secrets_engine("pki")
pki = client.secrets.pki
pki.generate_root("internal", "hvac root", {"key_type": "ec", "ttl": "24h"})
pki.create_or_update_role("web", {"allowed_domains": "example.com", "allow_subdomains": True, "key_type": "ec"})
leaf = pki.generate_certificate("web", "a.example.com", {"ttl": "1h"})["data"]
seen["certificate"] = leaf["certificate"].startswith("-----BEGIN CERTIFICATE-----")
pki.revoke_certificate(leaf["serial_number"])
seen["crl"] = "X509 CRL" in pki.read_crl()
seen["capabilities"] = client.sys.get_capabilities(["two/data/app"])["data"]["capabilities"]
seen["accessors"] = len(client.list("auth/token/accessors")["data"]["keys"]) > 0
client.sys.seal()
seen["sealed at last"] = client.sys.is_sealed()
print(json.dumps(seen))
