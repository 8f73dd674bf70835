import { cachedJson } from "../answers/ok.ts";
import {
  whenInvalid,
  whenMissing,
  whenUnchanged,
  whileBackendsFail,
} from "../answers/other-answers.ts";
import { ifNoneMatch, inPath } from "../parameters.ts";
import type { Route } from "../route.ts";
import { Secret, SecretValue } from "../schemas/examples.ts";
import { SecretKey, ServiceName } from "../schemas/names.ts";

const tag = "vault";
const description = "Kept for 5 min.";
const note = "Values whose key suggests a secret are masked.";
const serviceName = inPath("service_name", ServiceName);
const others = { ...whenUnchanged, ...whenMissing, ...whenInvalid, ...whileBackendsFail };

export const vaultRoutes: readonly Route[] = [
  {
    operationId: "getSecret",
    method: "GET",
    path: "/examples/vault/secret/{service_name}",
    tag,
    summary: "A service's secret, masked",
    description,
    parameters: [serviceName, ifNoneMatch],
    answers: {
      ...cachedJson("Every value whose key suggests a secret is masked.", Secret, {
        service: "postgres",
        data: { user: "devuser", password: "***", database: "devdb" },
        note,
      }),
      ...others,
    },
  },
  {
    operationId: "getSecretKey",
    method: "GET",
    path: "/examples/vault/secret/{service_name}/{key}",
    tag,
    summary: "One value of a service's secret, masked likewise",
    description,
    parameters: [serviceName, inPath("key", SecretKey), ifNoneMatch],
    answers: {
      ...cachedJson("The value; as JSON where it is no string.", SecretValue, {
        service: "postgres",
        key: "user",
        value: "devuser",
        note,
      }),
      ...others,
    },
  },
];
