import type { ApiContext } from "../context.ts";
import { ResourceNotFoundError } from "../errors/api-errors.ts";
import type { OperationInput } from "./operation.ts";
import { maskSecrets } from "./mask-secrets.ts";

const note = "Values whose names suggest a secret are masked.";

export async function getSecret(context: ApiContext, { params }: OperationInput) {
  const service = params["service_name"] ?? "";
  return { service, data: maskSecrets(await readSecret(context, service)), note };
}

export async function getSecretKey(context: ApiContext, { params }: OperationInput) {
  const service = params["service_name"] ?? "";
  const key = params["key"] ?? "";
  const data = await readSecret(context, service);
  if (!Object.hasOwn(data, key))
    throw new ResourceNotFoundError("The secret has no such key.", {
      resource: "key",
      service,
      key,
    });
  const value = maskSecrets(data)[key];
  return { service, key, value: typeof value === "string" ? value : JSON.stringify(value), note };
}

async function readSecret({ breakers, vault }: ApiContext, service: string) {
  return breakers.vault.run(async () => vault.readSecret(service));
}
