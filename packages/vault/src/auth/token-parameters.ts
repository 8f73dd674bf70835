import { Fault } from "../core/fault.ts";
import type { Fields } from "../core/fields.ts";
import { addressBlocks } from "../tokens/cidr.ts";

const tokenTypes = ["default", "service", "batch", "default-service", "default-batch"] as const;

/**
 * The `token_*` parameters that every auth method's roles share; times in seconds, 0 for not set.
 * https://developer.hashicorp.com/vault/docs/concepts/tokens
 */
export interface TokenParameters {
  readonly token_bound_cidrs: readonly string[];
  readonly token_explicit_max_ttl: number;
  readonly token_max_ttl: number;
  readonly token_no_default_policy: boolean;
  readonly token_num_uses: number;
  readonly token_period: number;
  readonly token_policies: readonly string[];
  readonly token_ttl: number;
  readonly token_type: (typeof tokenTypes)[number];
}

export const defaultTokenParameters: TokenParameters = {
  token_bound_cidrs: [],
  token_explicit_max_ttl: 0,
  token_max_ttl: 0,
  token_no_default_policy: false,
  token_num_uses: 0,
  token_period: 0,
  token_policies: [],
  token_ttl: 0,
  token_type: "default",
};

/** The parameters after a write: what was given replaces, the rest stays. `policies` and `period` are older names. */
export function readTokenParameters(fields: Fields, before: TokenParameters): TokenParameters {
  const seconds = (name: string): number | undefined => fields.duration(name);
  const policies = fields.strings("token_policies") ?? fields.strings("policies");
  const type = fields.string("token_type") || undefined;
  const known = tokenTypes.find((name) => name === type);
  if (type !== undefined && known === undefined)
    throw Fault.badRequest(`invalid 'token_type' value "${type}"`);
  const after = {
    token_bound_cidrs: addressBlocks(
      fields.strings("token_bound_cidrs") ?? before.token_bound_cidrs,
    ),
    token_explicit_max_ttl: seconds("token_explicit_max_ttl") ?? before.token_explicit_max_ttl,
    token_max_ttl: seconds("token_max_ttl") ?? before.token_max_ttl,
    token_no_default_policy:
      fields.boolean("token_no_default_policy") ?? before.token_no_default_policy,
    token_num_uses: fields.integer("token_num_uses") ?? before.token_num_uses,
    token_period: seconds("token_period") ?? seconds("period") ?? before.token_period,
    token_policies: policies ?? before.token_policies,
    token_ttl: seconds("token_ttl") ?? before.token_ttl,
    token_type: known ?? before.token_type,
  };
  if (after.token_num_uses < 0) throw Fault.badRequest("'token_num_uses' cannot be negative");
  if (after.token_max_ttl > 0 && after.token_ttl > after.token_max_ttl) {
    throw Fault.badRequest("'token_ttl' cannot be greater than 'token_max_ttl'");
  }
  if (after.token_type.endsWith("batch") && (after.token_num_uses > 0 || after.token_period > 0)) {
    throw Fault.badRequest(
      `'token_type' cannot be 'batch' or 'default_batch' when set to generate ${after.token_period > 0 ? "periodic tokens" : "tokens with limited use count"}`,
    );
  }
  return after;
}
