import { defineStack } from "devstack";

export default defineStack({
  profile: "minimal",
  apps: {
    web: {
      // Node trusts the stack's CA, for the database and the vault alike.
      command: `NODE_EXTRA_CA_CERTS="$VAULT_CACERT" exec '${process.execPath}' web.ts`,
      needs: ["postgres"],
      port: 3100,
    },
  },
});
