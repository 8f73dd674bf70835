import {
  bootstrap,
  caChain,
  initialise,
  rootToken,
  seal,
  showPassword,
  unseal,
  vaultStatus,
} from "../../app/vault.ts";
import { nearest } from "../../shared/nearest.ts";
import type { ExitCode } from "../../shared/errors.ts";
import type { Command, Invocation } from "../command.ts";
import { cliErrors } from "../errors.ts";

type Action = (invocation: Invocation, argument: string | undefined) => Promise<ExitCode>;

const actions: Readonly<Record<string, Action>> = {
  status: async ({ stack, terminal, json }) => {
    const found = await vaultStatus(await stack());
    const { initialised, sealed, address, threshold, shares } = found;
    terminal.result(
      json
        ? JSON.stringify(found)
        : `address      ${address}\ninitialised  ${initialised}\nsealed       ${sealed}\nshares       ${shares}, ${threshold} needed`,
    );
    return sealed ? 1 : 0;
  },
  unseal: async ({ stack, terminal, json }) => {
    const outcome = await unseal(await stack());
    terminal.result(json ? JSON.stringify({ outcome }) : `the vault ${outcome}`);
    return 0;
  },
  seal: async ({ stack, terminal, json }) => {
    const outcome = await seal(await stack());
    terminal.result(json ? JSON.stringify({ outcome }) : `the vault ${outcome}`);
    return 0;
  },
  init: async ({ stack, terminal, json }) => {
    const outcome = await initialise(await stack());
    terminal.result(json ? JSON.stringify({ outcome }) : `the vault ${outcome}`);
    return 0;
  },
  bootstrap: async ({ stack, terminal, json }) => {
    const services = await bootstrap(await stack());
    terminal.result(
      json ? JSON.stringify({ services }) : `the vault has all that ${services.join(", ")} need`,
    );
    return 0;
  },
  token: async ({ stack, terminal, json }) => {
    const token = (await rootToken(await stack())).reveal();
    terminal.result(json ? JSON.stringify({ token }) : token);
    return 0;
  },
  "ca-cert": async ({ stack, terminal, json }) => {
    const found = await caChain(await stack());
    terminal.result(json ? JSON.stringify(found) : found.chain.trimEnd());
    return 0;
  },
  "show-password": async ({ stack, terminal, json }, service) => {
    if (service === undefined)
      throw cliErrors.DS_USAGE("vault show-password needs a service", {
        hint: "devstack vault show-password postgres",
      });
    const found = await showPassword(await stack(), service);
    terminal.result(json ? JSON.stringify(found) : found.password);
    return 0;
  },
};

export const vaultCommand: Command = {
  usage:
    "server [-dev] [-config=FILE] | status | token | seal | unseal | init | bootstrap | ca-cert | show-password SERVICE",
  options: {},
  words: {
    status: "its address, and whether it is initialised and sealed; 1 while it is sealed",
    token: "the root token",
    seal: "shut it: nobody reads or issues anything until it is unsealed",
    unseal: "open it with the keys of the stack's folder",
    init: "initialise one that never was, and save its keys",
    bootstrap: "put back what services and applications need and it lacks",
    "ca-cert": "the CA chain that clients verify certificates against, PEM",
    "show-password": "the application's password of a service",
    server: "the vault alone, in the foreground: server --help",
  },
  optionHelp: {},
  positionals: { min: 1, max: 2 },
  completes: ["server", ...Object.keys(actions)],
  completesAfter: { "show-password": "service" },
  becomes: {
    server: async (args) => (await import("../../app/vault-server.ts")).becomeVaultServer(args),
  },
  run: async (invocation) => {
    const [name = "", argument] = invocation.positionals;
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) {
      const meant = nearest(name, Object.keys(actions));
      throw cliErrors.DS_USAGE(`devstack vault has no ${JSON.stringify(name)}`, {
        hint: meant
          ? `did you mean "devstack vault ${meant}"?`
          : `devstack vault ${vaultCommand.usage}`,
      });
    }
    if (argument !== undefined && name !== "show-password")
      throw cliErrors.DS_USAGE(`devstack vault ${name} takes nothing after it`);
    return action(invocation, argument);
  },
};
