/** The release of Vault's API that the answers follow; clients decide by it what they may use. */
export const apiVersion = "1.15.0";
/** Answered by sys/seal-status, where clients expect a time. */
export const buildDate = "2026-01-01T00:00:00Z";
