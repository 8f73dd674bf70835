/** Each is a choice of the services that `up` starts. */
export const profileNames = ["minimal", "standard", "full", "reference"] as const;
