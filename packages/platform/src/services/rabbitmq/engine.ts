import type { EngineRequirement } from "../../toolchain/engine.ts";

/** `erl` has its root compiled in; this one finds it from where it lies, through links too. */
const erl = `#!/bin/sh
ROOTDIR=$(dirname "$(dirname "$(readlink -f "$0")")")
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
EMU=beam
PROGNAME=erl
export ROOTDIR BINDIR EMU PROGNAME
exec "$BINDIR/erlexec" "$@"
`;

export const rabbitmqEngine: EngineRequirement = {
  name: "rabbitmq",
  versions: ">=3.10 <5",
  required: ["rabbitmq-server", "rabbitmqctl", "rabbitmq-plugins", "erl", "epmd"],
  // Its scripts start a broker, or a distributed node with an epmd of its own, whatever they are asked.
  // Where it is installed, its version is in the path: rabbitmq_server-3.10.8/sbin, or Homebrew's rabbitmq/4.1.0/sbin.
  identity: { path: "/rabbitmq(?:_server-|/)([0-9.]+)/" },
  probes: {
    erl: ["-noinput", "-eval", "{ok, _} = application:ensure_all_started(ssl), halt()."],
    epmd: false,
    rabbitmqctl: false,
    "rabbitmq-plugins": false,
    "rabbitmq-server": false,
  },
  sources: [
    {
      provider: "prefix",
      packages: ["rabbitmq-server"],
      programFolders: ["usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin"],
      shims: [{ path: "usr/lib/erlang/bin/erl", content: erl }],
      onPath: true,
    },
    { provider: "homebrew", formulas: ["rabbitmq", "erlang"], onPath: true },
    { provider: "path" },
  ],
};
