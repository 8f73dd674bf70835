import { ConfigurationError } from "@devstack/api-kit";

/** The contract can't be served as it stands; `faults` lists everything that was found. */
export class ContractError extends ConfigurationError {
  constructor(file: string, faults: readonly string[], cause?: unknown) {
    super(`${file} can't be served: ${faults.join("; ")}`, { faults }, { cause });
  }
}
