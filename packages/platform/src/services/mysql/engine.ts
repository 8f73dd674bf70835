import type { EngineRequirement, Flavour } from "../../toolchain/engine.ts";

const mariadb: Flavour = {
  name: "mariadb",
  versions: ">=10.6 <12",
  required: ["mariadbd", "mariadb"],
  optional: ["mariadb-dump", "mariadb-backup", "mbstream", "mariadb-upgrade"],
  identity: { says: "MariaDB" },
};

/** MySQL where the user has one; otherwise MariaDB, by its own name. */
export const engine: EngineRequirement = {
  name: "mysql",
  versions: ">=8 <10",
  required: ["mysqld", "mysql"],
  optional: ["mysqldump"],
  identity: { saysNot: "MariaDB" },
  sources: [
    { provider: "path" },
    { provider: "prefix", packages: ["mariadb-server", "mariadb-backup"], flavour: mariadb },
    { provider: "homebrew", formulas: ["mysql@8.4", "mysql@8.0", "mysql"] },
    { provider: "homebrew", formulas: ["mariadb", "mariadb@10.11"], flavour: mariadb },
    { provider: "path", flavour: mariadb },
  ],
};
