import { expect, test } from "vitest";
import { renderAptConfiguration } from "./apt-configuration.ts";

const folders = { apt: "/cache/apt", packages: "/cache/packages" };
const machine = `APT "";
APT::Architecture "arm64";
APT::Update::Post-Invoke:: "rm -f /var/cache/apt/archives/*.deb";
Acquire::http "";
Acquire::http::Proxy "http://proxy.test:3128";
Acquire::https::CaInfo "/etc/ssl/ours.pem";
Acquire::IndexTargets::deb::DEP-11::MetaKey "x";
Dir::State "var/lib/apt";
`;

test("keeps how the machine reaches its archive, and none of its hooks, folders and targets", () => {
  const configuration = renderAptConfiguration(machine, folders);
  expect(configuration).toContain('Acquire::http::Proxy "http://proxy.test:3128";');
  expect(configuration).toContain('Acquire::https::CaInfo "/etc/ssl/ours.pem";');
  expect(configuration).toContain('Dir::State "/cache/apt/state";');
  expect(configuration).toContain('APT::Architectures "arm64";');
  expect(configuration).not.toMatch(/Invoke|DEP-11|var\/lib\/apt/);
});

test("an apt that names no architecture is refused", () => {
  expect(() => renderAptConfiguration("", folders)).toThrow(/architecture/);
});
