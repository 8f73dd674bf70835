import type { Answer, VaultRequest } from "./request.ts";

/** What nearly every answer is sent as: https://developer.hashicorp.com/vault/api-docs#api-operations */
export function envelope(
  request: Pick<VaultRequest, "id">,
  answer: Answer,
): Record<string, unknown> {
  const { data = null, warnings, auth = null, lease, repeated, wrapInfo = null } = answer;
  return {
    ...(repeated === true ? data : {}),
    request_id: wrapInfo === null ? request.id : "",
    lease_id: lease?.id ?? "",
    renewable: lease?.renewable ?? false,
    lease_duration: lease?.duration ?? 0,
    data,
    wrap_info: wrapInfo,
    warnings: warnings === undefined || warnings.length === 0 ? null : warnings,
    auth,
  };
}

/** Whether a list has nothing in it, which is answered as if it were not there. */
export function isEmptyList(
  { operation }: Pick<VaultRequest, "operation">,
  answer: Answer,
): boolean {
  const { data = null, warnings, raw, bare, wrapInfo } = answer;
  if (operation !== "list" || bare === true) return false;
  if ([warnings, raw, wrapInfo].some((part) => part !== undefined)) return false;
  if (data === null || Object.keys(data).length === 0) return true;
  const keys = data["keys"];
  return Array.isArray(keys) && keys.length === 0;
}
