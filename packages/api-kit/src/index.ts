/** The two implementations, by the name that tells their AppRoles, cache entries and metrics apart. */
export type Implementation = "reference-api" | "contract-api";
