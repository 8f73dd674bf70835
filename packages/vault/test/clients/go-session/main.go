// What a program does with the Go client, against the address and token that come in by stdin; prints what it saw as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"

	vault "github.com/hashicorp/vault/api"
)

func must[Value any](value Value, err error) Value {
	done(err)
	return value
}

func done(err error) {
	if err != nil {
		panic(err)
	}
}

func statusOf(err error) int {
	var refused *vault.ResponseError
	if errors.As(err, &refused) {
		return refused.StatusCode
	}
	return 0
}

func connect(address, token string) *vault.Client {
	config := vault.DefaultConfig()
	config.Address = address
	config.MaxRetries = 0
	client := must(vault.NewClient(config))
	client.SetToken(token)
	return client
}

func main() {
	var settings struct{ Address, Token string }
	done(json.NewDecoder(os.Stdin).Decode(&settings))
	ctx := context.Background()
	client := connect(settings.Address, settings.Token)
	seen := map[string]any{}

	health := must(client.Sys().Health())
	seen["initialized"], seen["sealed"] = health.Initialized, must(client.Sys().SealStatus()).Sealed

	done(client.Sys().Mount("kv", &vault.MountInput{Type: "kv", Options: map[string]string{"version": "2"}}))
	kv := client.KVv2("kv")
	must(kv.Put(ctx, "app", map[string]any{"a": "1"}))
	must(kv.Patch(ctx, "app", map[string]any{"b": "2"}))
	seen["patched"] = must(kv.Get(ctx, "app")).Data
	_, err := kv.Put(ctx, "app", map[string]any{}, vault.WithCheckAndSet(1))
	seen["cas"] = statusOf(err)
	done(kv.Delete(ctx, "app"))
	done(kv.Undelete(ctx, "app", []int{2}))
	seen["versions"] = len(must(kv.GetVersionsAsList(ctx, "app")))
	_, err = kv.Get(ctx, "none")
	seen["none"] = errors.Is(err, vault.ErrSecretNotFound)
	seen["listed"] = must(client.Logical().List("kv/metadata")).Data["keys"]

	done(client.Sys().PutPolicy("reader", `path "kv/data/*" { capabilities = ["read"] }`))
	done(client.Sys().EnableAuthWithOptions("approle", &vault.EnableAuthOptions{Type: "approle"}))
	must(client.Logical().Write("auth/approle/role/job", map[string]any{"token_policies": "reader", "token_ttl": "10m"}))
	role := must(client.Logical().Read("auth/approle/role/job/role-id")).Data["role_id"]

	// The secret-id goes to the job wrapped, as is usual: whoever opens it first is the only one.
	wrapping := must(client.Clone())
	wrapping.SetToken(settings.Token)
	wrapping.SetWrappingLookupFunc(func(string, string) string { return "60s" })
	wrapped := must(wrapping.Logical().Write("auth/approle/role/job/secret-id", nil)).WrapInfo
	seen["wrapped for"], seen["wrapped at"] = wrapped.TTL, wrapped.CreationPath
	job := connect(settings.Address, wrapped.Token)
	secret := must(job.Logical().Unwrap("")).Data["secret_id"]
	_, err = client.Logical().Unwrap(wrapped.Token)
	seen["unwrapped twice"] = statusOf(err)

	login := must(job.Logical().Write("auth/approle/login", map[string]any{"role_id": role, "secret_id": secret}))
	job.SetToken(login.Auth.ClientToken)
	seen["read as job"] = must(job.KVv2("kv").Get(ctx, "app")).Data
	_, err = job.KVv2("kv").Put(ctx, "app", map[string]any{})
	seen["forbidden"] = statusOf(err)
	seen["renewed"] = must(job.Auth().Token().RenewSelf(0)).Auth.LeaseDuration
	done(job.Auth().Token().RevokeSelf(""))
	_, err = job.Auth().Token().LookupSelf()
	seen["revoked"] = statusOf(err)

	done(client.Sys().Mount("pki", &vault.MountInput{Type: "pki"}))
	must(client.Logical().Write("pki/root/generate/internal", map[string]any{"common_name": "go root", "key_type": "ec", "ttl": "24h"}))
	must(client.Logical().Write("pki/roles/web", map[string]any{"allowed_domains": "example.com", "allow_subdomains": true, "key_type": "ec"}))
	leaf := must(client.Logical().Write("pki/issue/web", map[string]any{"common_name": "a.example.com", "ttl": "1h"}))
	seen["certificate"] = leaf.Data["serial_number"] != ""
	must(client.Logical().Write("pki/revoke", map[string]any{"serial_number": leaf.Data["serial_number"]}))

	child := must(client.Auth().Token().Create(&vault.TokenCreateRequest{Policies: []string{"reader"}, TTL: "1h"}))
	capabilities := must(client.Sys().Capabilities(child.Auth.ClientToken, "kv/data/app"))
	seen["capabilities"] = capabilities
	policies := must(client.Sys().ListPolicies())
	slices.Sort(policies)
	seen["policies"] = policies
	done(client.Sys().Seal())
	seen["sealed at last"] = must(client.Sys().SealStatus()).Sealed
	done(json.NewEncoder(os.Stdout).Encode(seen))
}
