// What the parity suite of the platform takes from here.
export { AnswerReader, type ReadAnswer } from "./answer-reader.ts";
export { type Contract, type Operation, readContract } from "./contract.ts";
export { differences } from "./differences.ts";
export { comparableFamilies, parseMetrics } from "./metrics-text.ts";
export { invalidRequests, type ParityRequest, validRequests } from "./requests.ts";
