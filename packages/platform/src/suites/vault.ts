import { X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import "reflect-metadata"; // what the next import needs to be there first
import { BasicConstraintsExtension, X509Certificate as ParsedCertificate } from "@peculiar/x509";
import { instancesOf } from "../services/definition.ts";
import { definitions } from "../services/registry.ts";
import { Secret } from "../shared/secret.ts";
import {
  certificateNames,
  intermediateMount,
  roleName,
  rootMount,
} from "../vault/platform-model.ts";
import { queryPostgres } from "./clients/postgres-client.ts";
import { splitPem } from "./split-pem.ts";
import type { StackHandle } from "./stack-handle.ts";
import type { Suite } from "./suite.ts";
import { vaultFaults } from "./vault-faults.ts";

const certified = definitions.filter((one) => one.certificate).flatMap(instancesOf);
const storedPaths = definitions.flatMap((one) => one.credentials);
const dayMs = 86_400_000;

export const vaultSuite: Suite = {
  name: "vault",
  summary: "the embedded vault: opened by itself, its authorities, roles, credentials, commands",
  services: ["postgres"],
  disruptive: true,
  checks: [
    {
      id: "vault.01",
      title: "the process is up and /v1/sys/health answers 200",
      fault: "sealed",
      run: async ({ stack, expect }) => {
        const { status, body } = await stack.vault.request("GET", "sys/health");
        expect("status of sys/health", status).equals(200);
        expect("initialized", body?.["initialized"]).equals(true);
        expect("sealed", body?.["sealed"]).equals(false);
      },
    },
    {
      id: "vault.02",
      title: "after a restart it comes back unsealed by itself",
      fault: "stays-sealed",
      run: async ({ stack, expect, skip }) => {
        if (stack.isVaultExternal) skip("whoever runs the external vault restarts it");
        const before = await pidOf(stack);
        await stack.restart("vault");
        const after = await pidOf(stack);
        expect("pid after the restart", after).satisfies(
          `another than ${before}`,
          after !== before,
        );
        const { body } = await stack.vault.request("GET", "sys/seal-status");
        expect("sealed", body?.["sealed"]).equals(false);
      },
    },
    {
      id: "vault.03",
      title: "keys file (5 shares, threshold 3) and root-token file exist, 600 in 700",
      fault: "too-few-keys",
      run: async ({ stack, expect, skip }) => {
        if (stack.isVaultExternal) skip("whoever runs the external vault has its keys");
        const { keysFile, rootTokenFile, folder } = stack.keyStore;
        const keys = JSON.parse(await readFile(keysFile, "utf8")) as {
          keys: string[];
          threshold: number;
        };
        expect("number of shares", keys.keys.length).equals(5);
        expect("different shares", new Set(keys.keys).size).equals(5);
        expect("threshold", keys.threshold).equals(3);
        expect("mode of keys.json", await modeOf(keysFile)).equals("600");
        expect("root token", (await readFile(rootTokenFile, "utf8")).trim().length).satisfies(
          "at least 20 letters",
          (await readFile(rootTokenFile, "utf8")).trim().length >= 20,
        );
        expect("mode of root-token", await modeOf(rootTokenFile)).equals("600");
        expect("mode of their folder", await modeOf(folder)).equals("700");
      },
    },
    {
      id: "vault.04",
      title: "root and intermediate CA: signed, 10 and 5 years, CA:TRUE, path lengths 1 and 0",
      fault: "short-lived-authority",
      run: async ({ stack, expect }) => {
        const root = await authorityOf(stack, rootMount);
        const intermediate = await authorityOf(stack, intermediateMount);
        for (const [label, pem, years, pathLength] of [
          ["root", root, 10, 1],
          ["intermediate", intermediate, 5, 0],
        ] as const) {
          const certificate = new X509Certificate(pem);
          const days =
            (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / dayMs;
          expect(`${label}: days of validity`, days).satisfies(
            `${years} years`,
            Math.abs(days - years * 365) < 4,
          );
          const constraints = new ParsedCertificate(pem).getExtension(BasicConstraintsExtension);
          expect(`${label}: CA`, constraints?.ca).equals(true);
          expect(`${label}: path length`, constraints?.pathLength).equals(pathLength);
          const signer = new X509Certificate(root);
          expect(
            `${label}: signed by the root`,
            certificate.checkIssued(signer) && certificate.verify(signer.publicKey),
          ).equals(true);
        }
        expect("root's subject", new X509Certificate(root).subject).matches(
          /CN=DevStack Core Root CA/,
        );
        expect(
          "root in ca.pem",
          new X509Certificate(await readFile(stack.keyStore.caFile)).fingerprint256,
        ).equals(new X509Certificate(root).fingerprint256);
      },
    },
    {
      id: "vault.05",
      title: "a PKI role for each service's instances",
      fault: "role-missing",
      run: async ({ stack, expect }) => {
        const roles = await (await stack.administrator()).list(`${intermediateMount}/roles`);
        for (const instance of certified) {
          expect("PKI roles", roles).satisfies(
            `a list with ${roleName(instance)}`,
            roles.includes(roleName(instance)),
          );
        }
      },
    },
    {
      id: "vault.06",
      title: "credentials stored for each service",
      fault: "credential-missing",
      run: async ({ stack, expect }) => {
        for (const { path, fields, sameAs } of storedPaths) {
          const stored = await stack.secret(path);
          for (const field of Object.keys({ ...fields, ...sameAs })) {
            expect(`secret/${path}`, Object.keys(stored)).satisfies(
              `fields with ${field}`,
              stored[field] !== undefined,
            );
          }
          if (stored["password"] !== undefined) {
            expect(`length of the password at secret/${path}`, stored["password"].length).equals(
              25,
            );
          }
        }
      },
    },
    {
      id: "vault.07",
      title: "PostgreSQL's stored credentials really log in",
      fault: "wrong-password",
      run: async ({ stack, expect }) => {
        const { user, password, database } = await stack.secret("postgres");
        const rows = await queryPostgres(
          stack,
          { user, password, database },
          "select current_user as name",
        );
        expect("current_user", rows[0]?.["name"]).equals(user);
      },
    },
    {
      id: "vault.08",
      title: "each role issues: chain to the root, names as asked, a year at most, others refused",
      fault: "role-allows-any-name",
      run: async ({ stack, expect }) => {
        const client = await stack.administrator();
        const chain = await readFile(stack.keyStore.caChainFile, "utf8");
        for (const instance of certified) {
          const names = certificateNames(instance);
          const path = `${intermediateMount}/issue/${roleName(instance)}`;
          const { data } = await client.write(path, {
            common_name: names[1],
            alt_names: names.join(","),
            ip_sans: "127.0.0.1,::1",
          });
          const leaf = new X509Certificate(String(data?.["certificate"]));
          const issuer = new X509Certificate(chain);
          expect(
            `${instance}: issued by the intermediate`,
            leaf.checkIssued(issuer) && leaf.verify(issuer.publicKey),
          ).equals(true);
          for (const name of names)
            expect(`${instance}: ${name}`, leaf.checkHost(name)).equals(name);
          for (const address of ["127.0.0.1", "::1"])
            expect(`${instance}: ${address}`, leaf.checkIP(address)).equals(address);
          expect(`${instance}: a name not asked for`, leaf.checkHost("example.org")).equals(
            undefined,
          );
          const days = (Date.parse(leaf.validTo) - Date.parse(leaf.validFrom)) / dayMs;
          expect(`${instance}: days of validity`, days).satisfies(
            "a year at most",
            days > 0 && days <= 365.01,
          );
          await expect.refusal(
            `${instance}: a name outside the role`,
            client.write(path, { common_name: "example.org" }),
            /not allowed/,
          );
        }
      },
    },
    {
      id: "vault.09",
      title: "the CA chain can be exported and parses",
      fault: "chain-without-root",
      run: async ({ stack, expect }) => {
        const text = await readFile(stack.keyStore.caChainFile, "utf8");
        const certificates = splitPem(text).map((pem) => new X509Certificate(pem));
        expect("certificates in the chain", certificates.length).equals(2);
        const [intermediate, root] = certificates;
        expect("intermediate signed by root", root && intermediate?.verify(root.publicKey)).equals(
          true,
        );
        expect("root signed by itself", root?.verify(root.publicKey)).equals(true);
        const served = await stack.vault.request("GET", `${intermediateMount}/cert/ca_chain`);
        const servedFirst =
          splitPem(
            String(served.body?.data?.["ca_chain"] ?? served.body?.data?.["certificate"]),
          )[0] ?? "";
        expect(
          "the vault's own chain begins with",
          new X509Certificate(servedFirst).fingerprint256,
        ).equals(intermediate?.fingerprint256);
      },
    },
    {
      id: "vault.10",
      title: "status, unseal, token, ca-cert and show-password work, with the right exit codes",
      fault: "root-token-gone",
      run: async ({ stack, expect }) => {
        const status = await stack.devstack("vault", "status", "--json");
        expect("exit code of vault status", status.exit).equals(0);
        expect(
          "sealed, by vault status",
          (JSON.parse(status.stdout) as { sealed: boolean }).sealed,
        ).equals(false);
        const unseal = await stack.devstack("vault", "unseal");
        expect("exit code of vault unseal", unseal.exit).equals(0);
        const token = await stack.devstack("vault", "token");
        expect("exit code of vault token", token.exit).equals(0);
        const holder = stack.vault.withToken(new Secret(token.stdout.trim()));
        const lookup = await holder.request("GET", "auth/token/lookup-self");
        expect("status of a look-up with that token", lookup.status).equals(200);
        const chain = await stack.devstack("vault", "ca-cert");
        expect("exit code of vault ca-cert", chain.exit).equals(0);
        expect("certificates printed by vault ca-cert", splitPem(chain.stdout).length).equals(
          splitPem(await readFile(stack.keyStore.caChainFile, "utf8")).length,
        );
        const password = await stack.devstack("vault", "show-password", "postgres");
        const stored = await stack.secret("postgres");
        expect(
          "vault show-password gives the stored one",
          password.stdout.trim() === stored["password"],
        ).equals(true);
        expect(
          "exit code for an unknown service",
          (await stack.devstack("vault", "show-password", "postgers")).exit,
        ).equals(2);
        expect(
          "exit code for an unknown word",
          (await stack.devstack("vault", "tokn")).exit,
        ).equals(2);
      },
    },
  ],
  faults: vaultFaults,
};

async function pidOf(stack: StackHandle): Promise<number | undefined> {
  return (await stack.processes()).find((one) => one.instance === "vault")?.pid;
}

async function modeOf(file: string): Promise<string> {
  return ((await stat(file)).mode & 0o777).toString(8);
}

async function authorityOf(stack: StackHandle, mount: string): Promise<string> {
  return String((await stack.vault.read(`${mount}/cert/ca`))?.["certificate"]);
}
