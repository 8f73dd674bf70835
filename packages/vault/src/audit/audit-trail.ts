import { Fault } from "../core/fault.ts";
import type { Answer, Operation, VaultRequest } from "../core/request.ts";
import type { MountEntry } from "../routing/mount-entry.ts";
import type { TokenEntry } from "../tokens/token-entry.ts";
import type { AuditBroker } from "./audit-broker.ts";
import { requestEntry, responseEntry, type AuditSubject } from "./audit-entry.ts";

/** What the audit devices are told of one request: an entry before it has any effect, one before its answer. */
export class AuditTrail {
  readonly #broker: AuditBroker;
  readonly #now: () => Date;
  readonly #request: VaultRequest;
  #requestTold = false;
  /** Filled in as they become known. */
  token: TokenEntry | undefined;
  mount: MountEntry | undefined;
  operation: Operation;

  constructor(broker: AuditBroker, now: () => Date, request: VaultRequest) {
    this.#broker = broker;
    this.#now = now;
    this.#request = request;
    this.operation = request.operation;
  }

  /** Throws a 500 fault when no device takes the entry; then nothing may be done. */
  tellRequest(fault?: Fault): void {
    if (this.#requestTold) return;
    this.#requestTold = true;
    const { subject } = this;
    this.#broker.write((device) => requestEntry(device, subject, this.#now(), fault));
  }

  /** Throws a 500 fault when no device takes the entry; then that is the answer. */
  tellResponse(outcome: Answer | Fault | undefined): void {
    this.tellRequest(outcome instanceof Fault ? outcome : undefined);
    const { subject } = this;
    this.#broker.write((device) => responseEntry(device, subject, this.#now(), outcome));
  }

  get subject(): AuditSubject {
    const { token, mount, operation } = this;
    return { request: this.#request, operation, token, mount };
  }
}
